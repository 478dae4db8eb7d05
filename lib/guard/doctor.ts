import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, rootCertificates } from "node:tls";
import type { RegistryClient } from "../oci/client";
import type { DoctorConfig } from "./config";
import {
	DOCTOR_STEPS,
	type DoctorStep,
	explain,
	StepError,
	type StepResult,
} from "./doctor-step";
import { GROUP_METRIC } from "./push-group";
import { Pushgateway } from "./pushgateway";

export interface DoctorOptions
	extends Pick<
		DoctorConfig,
		"registry" | "ca" | "credentialsFor" | "push" | "instance"
	> {
	readonly client: RegistryClient;
	/** Milliseconds since the epoch. */
	readonly deadline: number;
	readonly now: () => number;
}

/** Longest wait for one step, in milliseconds. */
const PATIENCE = 10_000;
const DAY = 86_400_000;
/** The alert for it fires below 14 days. */
const SOON = 14 * DAY;

/** Looks at one thing after the other and stops at the first that fails; the rest is `skipped`. Never throws. */
export async function examine(
	options: DoctorOptions,
): Promise<readonly StepResult[]> {
	const results: StepResult[] = [];
	for (const step of DOCTOR_STEPS) {
		if (results.some(({ status }) => status === "failed")) {
			results.push({ step, status: "skipped", detail: "not looked at" });
			continue;
		}
		try {
			const detail = await within(options, STEPS[step](options));
			results.push(
				detail === undefined
					? { step, status: "skipped", detail: "does not apply" }
					: { step, status: "ok", detail },
			);
		} catch (error) {
			results.push({ step, status: "failed", ...explain(step, error) });
		}
	}
	return results;
}

function within<T>(options: DoctorOptions, work: Promise<T>): Promise<T> {
	const patience = Math.max(
		1,
		Math.min(PATIENCE, options.deadline - options.now()),
	);
	return new Promise((resolve, reject) => {
		const timer = setTimeout(
			() => reject(new Error(`no answer within ${patience / 1000} s`)),
			patience,
		);
		work.then(resolve, reject).finally(() => clearTimeout(timer));
	});
}

function endpoint({ registry }: DoctorOptions) {
	const url = new URL(registry.origin);
	const isTls = url.protocol === "https:";
	return {
		host: url.hostname.replace(/^\[|\]$/g, ""),
		port: Number(url.port || (isTls ? 443 : 80)),
		isTls,
	};
}

const STEPS: Readonly<
	Record<DoctorStep, (options: DoctorOptions) => Promise<string | undefined>>
> = {
	async name(options) {
		const { host } = endpoint(options);
		if (isIP(host)) return `${host} is an address`;
		const found = await lookup(host, { all: true });
		return `${host} is ${found.map(({ address }) => address).join(", ")}`;
	},
	async tcp(options) {
		const { host, port } = endpoint(options);
		const socket = connectTcp({ host, port });
		return connected(
			socket,
			"connect",
			() => `connected to ${socket.remoteAddress} port ${port}`,
		);
	},
	async tls(options) {
		const { host, port, isTls } = endpoint(options);
		if (!isTls) return undefined;
		const { ca } = options;
		const socket = connectTls({
			host,
			port,
			...(!isIP(host) && { servername: host }),
			...(ca !== undefined && { ca: [...rootCertificates, ca] }),
		});
		return connected(socket, "secureConnect", () => {
			const ends = Date.parse(socket.getPeerCertificate().valid_to);
			const left = ends - options.now();
			const days = Math.floor(left / DAY);
			const warning = left < SOON ? ": RENEW IT SOON" : "";
			return `${socket.getProtocol()}, certificate ends ${new Date(ends).toISOString()}, in ${days} days${warning}`;
		});
	},
	async auth({ client, credentialsFor, registry }) {
		const hasCredentials = credentialsFor(registry.host) !== undefined;
		const { challenged } = await client.ping();
		if (!challenged && hasCredentials)
			throw new StepError(
				"the registry asks for no credentials, though some are configured",
				"is this the right registry? A proxy that points at another one looks just so; else unset REG_USER and REG_PASS",
			);
		if (challenged && !hasCredentials)
			throw new StepError(
				"the registry asks for credentials and none are configured",
				"set REG_USER and REG_PASS, or give --auth-file",
			);
		await client.assertHealthy();
		return challenged
			? "asked for credentials, ours are accepted"
			: "no credentials asked for";
	},
	async catalog({ client }) {
		for await (const page of client.listRepositories())
			return page.length === 0
				? "readable, but EMPTY: is this the right registry?"
				: `readable, ${page.length} repositories on its first page`;
		return "readable, but EMPTY: is this the right registry?";
	},
	async pushgateway({ push, ca, instance }) {
		if (push === undefined) return undefined;
		let last: number | undefined;
		await new Pushgateway({ url: push, ca }).read(({ name, labels, value }) => {
			if (name === GROUP_METRIC && labels.instance === instance)
				last = Math.max(last ?? 0, value);
		});
		const seen = last
			? `last push for ${instance} at ${new Date(last * 1000).toISOString()}`
			: `no push for ${instance} yet`;
		return `answers, ${seen}`;
	},
};

/** Ends the socket whatever happens. */
function connected(
	socket: Socket,
	event: "connect" | "secureConnect",
	describe: () => string,
): Promise<string> {
	socket.setTimeout(PATIENCE, () =>
		socket.destroy(new Error(`no answer within ${PATIENCE / 1000} s`)),
	);
	return new Promise<string>((resolve, reject) => {
		socket.once(event, () => resolve(describe()));
		socket.once("error", reject);
	}).finally(() => socket.destroy());
}
