import type { IncomingHttpHeaders } from "node:http";
import { asRecord } from "../descriptor";
import { type FailureKind, RegistryError } from "../errors";
import { bareMediaType } from "../media-type";
import { retryAfter } from "./retry-after";

const EXCERPT = 120;

/** The `code` of a Node error, "" where it has none. */
export function codeOf(error: unknown): string {
	const code = asRecord(error)?.code;
	return typeof code === "string" ? code : "";
}

const TLS_CODE =
	/^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_SELF|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|CRL_)/;

function kindOf(error: unknown): FailureKind {
	const code = codeOf(error);
	if (TLS_CODE.test(code)) return "tls";
	if (code === "ENOTFOUND" || code.startsWith("EAI_")) return "dns";
	return code.startsWith("HPE_") || code === "ERR_INVALID_CHAR"
		? "protocol"
		: "network";
}

/** What Node says about a connection that failed, as ours. @param what `GET https://host/v2/`. */
export function connectionFailure(error: unknown, what: string): RegistryError {
	const message = asRecord(error)?.message;
	// Node's error about several addresses has a code and no message
	const said = excerpt(typeof message === "string" ? message : "");
	return new RegistryError(
		kindOf(error),
		`${what}: ${said || codeOf(error) || "the connection failed"}`,
		{ cause: error },
	);
}

/** One line of at most 120 characters, no control characters. */
export function excerpt(text: string): string {
	const line = text
		.slice(0, 4 * EXCERPT)
		.replace(/[\p{C}\p{Z}]+/gu, " ")
		.trim();
	return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line;
}

/** A page for people where a registry's answer was due. */
export function isHtml(headers: IncomingHttpHeaders, body: Buffer): boolean {
	const type = bareMediaType(headers["content-type"]);
	if (type === "text/html" || type === "application/xhtml+xml") return true;
	return /^\s*<(!doctype|html)/i.test(body.toString("latin1", 0, 256));
}

/** The first error of a distribution error body. */
function registryError(body: Buffer): { code?: string; message?: string } {
	let errors: unknown;
	try {
		errors = asRecord(JSON.parse(body.toString()))?.errors;
	} catch {
		return {};
	}
	const { code, message } =
		asRecord(Array.isArray(errors) ? errors[0] : {}) ?? {};
	return {
		...(typeof code === "string" && { code: excerpt(code) }),
		...(typeof message === "string" && { message: excerpt(message) }),
	};
}

function kindOfStatus(
	status: number,
	headers: IncomingHttpHeaders,
	body: Buffer,
): FailureKind {
	if (status === 401 || status === 403) return "auth";
	if (status === 429) return "throttled";
	if (status === 503 && headers["retry-after"] !== undefined)
		return "throttled";
	if (status >= 500) return "server-error";
	if (status === 404 && !isHtml(headers, body)) return "absent";
	return "protocol";
}

/** An answer that is not what was asked for, as ours. */
export function statusFailure(
	what: string,
	status: number,
	headers: IncomingHttpHeaders,
	body: Buffer,
): RegistryError {
	const { code, message } = registryError(body);
	const kind = kindOfStatus(status, headers, body);
	// a refusal may echo what it was sent: its text is not repeated
	const isRefusal = kind === "auth";
	const said = isRefusal
		? code
		: [code, message ?? excerpt(body.toString())].filter(Boolean).join(" ");
	return new RegistryError(
		kind,
		`${what}: ${status}${said ? ` ${said}` : ""}`,
		{
			status,
			...(code && { code }),
			retryAfter: retryAfter(headers),
		},
	);
}
