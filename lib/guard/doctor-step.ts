import { RegistryError } from "../oci/errors";
import { errorText } from "./error-text";

export const DOCTOR_STEPS = [
	"name",
	"tcp",
	"tls",
	"auth",
	"catalog",
	"pushgateway",
] as const;
export type DoctorStep = (typeof DOCTOR_STEPS)[number];

export interface StepResult {
	readonly step: DoctorStep;
	/** `skipped`: does not apply, or an earlier step failed. */
	readonly status: "ok" | "failed" | "skipped";
	readonly detail: string;
	/** What to do about a failure. */
	readonly next?: string;
}

/** A step's own explanation of its failure. */
export class StepError extends Error {
	readonly next: string;
	constructor(detail: string, next: string) {
		super(detail);
		this.next = next;
	}
}

/** Next steps by the system's error code, then by the step. */
const NEXT_BY_CODE: Readonly<Record<string, string>> = {
	ENOTFOUND:
		"correct the name, or the DNS server that this machine asks (in a pod: hostAliases)",
	EAI_AGAIN: "the DNS server does not answer: look at it first",
	ECONNREFUSED:
		"nothing listens there: is the registry (or the nginx before it) running, is the port right?",
	EHOSTUNREACH: "look at routes, firewall and NetworkPolicy",
	ENETUNREACH: "look at routes, firewall and NetworkPolicy",
	ETIMEDOUT: "look at firewall and NetworkPolicy: nothing answers",
	CERT_HAS_EXPIRED: "renew the certificate and reload the server",
	CERT_NOT_YET_VALID: "look at the clocks of both machines",
	ERR_TLS_CERT_ALTNAME_INVALID:
		"use a name of the certificate (an entry in hosts or hostAliases for an address), or issue one for this name",
	SELF_SIGNED_CERT_IN_CHAIN: "give its CA with --ca-file",
	DEPTH_ZERO_SELF_SIGNED_CERT: "give the certificate with --ca-file",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		"give its CA with --ca-file, or let the server send its whole chain",
	UNABLE_TO_GET_ISSUER_CERT: "give its CA with --ca-file",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "give its CA with --ca-file",
	EPROTO:
		"this port speaks no TLS: is it the right one? http:// needs REGISTRY_PLAIN_HTTP=true",
	ERR_SSL_WRONG_VERSION_NUMBER:
		"this port speaks no TLS: is it the right one? http:// needs REGISTRY_PLAIN_HTTP=true",
	ECONNRESET:
		"something between closes the connection: look at proxies and NetworkPolicy",
};
const NEXT_BY_STEP: Readonly<Record<DoctorStep, string>> = {
	name: "correct the name, or the DNS server that this machine asks",
	tcp: "look at firewall, NetworkPolicy and whether the registry runs",
	tls: "look at the server's certificate: openssl s_client -connect HOST:PORT",
	auth: "look at the registry's log for GET /v2/, and at what stands before it",
	catalog: "look at the registry's log for GET /v2/_catalog",
	pushgateway:
		"look at the Pushgateway, its URL (--push) and the egress to it; the registry itself is fine",
};
const NEXT_BY_KIND: Readonly<Record<string, string>> = {
	auth: "look at the credentials: are REG_USER and REG_PASS those of this registry, was the password rotated?",
	throttled: "the registry says it is asked too much: wait, then look again",
	"server-error": "the registry is ill: read its log",
	protocol:
		"what answers there is no registry, or something stands before it: look at the proxy",
};

/** Turns whatever a step threw into what happened and what to do. */
export function explain(
	step: DoctorStep,
	error: unknown,
): { detail: string; next: string } {
	const detail = errorText(error);
	const { code = "" } = error as { code?: string };
	if (error instanceof StepError) return { detail, next: error.next };
	const next =
		error instanceof RegistryError
			? NEXT_BY_KIND[error.kind]
			: NEXT_BY_CODE[code];
	return { detail, next: next ?? NEXT_BY_STEP[step] };
}
