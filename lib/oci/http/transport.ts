import {
	type ClientRequest,
	Agent as HttpAgent,
	request as httpRequest,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { createSecureContext, rootCertificates, TLSSocket } from "node:tls";
import { RegistryError } from "../errors";
import { codeOf, connectionFailure } from "./failure";
import type { Watch, Watched } from "./watch";

/** Takes a body as it comes. */
export interface Sink {
	/** False: enough, the connection is cut. */
	push(chunk: Buffer): boolean;
}

/** Chooses who takes the body, from status and headers. */
export type Receive = (status: number, headers: IncomingHttpHeaders) => Sink;

export interface Exchanged {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	/** `cut`: the connection ended before the body did; `stopped`: the sink had enough. */
	readonly end: "complete" | "cut" | "stopped";
	/** Milliseconds to the status line. */
	readonly latency: number;
}

export interface TransportOptions {
	readonly origin: URL;
	readonly concurrency: number;
	readonly ca?: string;
	readonly watch: Watch;
	readonly idleTimeout: number;
}

/** Plain exchanges over kept connections: TLS is always verified, nothing outlives the deadline. */
export class Transport {
	/** Requests sent. */
	requests = 0;
	/** End of the certificate that the registry's own origin showed, milliseconds since the epoch. */
	tlsNotAfter: number | undefined;
	private readonly options: TransportOptions;
	private readonly http: HttpAgent;
	private readonly https: HttpsAgent;

	constructor(options: TransportOptions) {
		this.options = options;
		const { concurrency, ca } = options;
		const keep = { keepAlive: true, maxFreeSockets: concurrency };
		this.http = new HttpAgent(keep);
		this.https = new HttpsAgent({
			...keep,
			// also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise
			rejectUnauthorized: true,
			minVersion: "TLSv1.2",
			// made once: a `ca` here would be parsed with all roots for each connection
			...(ca !== undefined && {
				secureContext: createSecureContext({ ca: [...rootCertificates, ca] }),
			}),
		});
	}

	/**
	 * One request and its whole answer; no redirects. A kept connection that the other side had closed meanwhile is
	 * replaced at once.
	 *
	 * @throws RegistryError network, tls, dns, protocol, deadline.
	 */
	async exchange(
		url: URL,
		path: string,
		method: string,
		headers: Record<string, string>,
		receive: Receive,
	): Promise<Exchanged> {
		for (let stale = 0; ; stale++) {
			const sent: { request?: ClientRequest } = {};
			try {
				return await this.send(url, path, method, headers, receive, sent);
			} catch (error) {
				const code = codeOf((error as RegistryError).cause);
				const isStale =
					sent.request?.reusedSocket &&
					(code === "ECONNRESET" || code === "EPIPE");
				if (!isStale || stale >= this.options.concurrency) throw error;
			}
		}
	}

	close(): void {
		this.http.destroy();
		this.https.destroy();
	}

	private send(
		url: URL,
		path: string,
		method: string,
		headers: Record<string, string>,
		receive: Receive,
		sent: { request?: ClientRequest },
	): Promise<Exchanged> {
		const { watch, idleTimeout } = this.options;
		const what = `${method} ${url.origin}${path.split("?", 1)[0]}`;
		if (watch.isOver)
			return Promise.reject(
				new RegistryError("deadline", `${what}: the deadline has passed`),
			);
		this.requests++;
		return new Promise((resolve, reject) => {
			const start = performance.now();
			let watched: Watched | undefined;
			const fail = (error: RegistryError) => {
				if (watched) watch.delete(watched);
				reject(error);
				sent.request?.destroy();
			};
			watched = watch.add((why) =>
				fail(
					why === "idle"
						? connectionFailure(
								Object.assign(
									new Error(`too slow, waited ${idleTimeout / 1000} s`),
									{ code: "ETIMEDOUT" },
								),
								what,
							)
						: new RegistryError(
								"deadline",
								`${what}: ${why === "closed" ? "the client was closed" : "the deadline passed before the answer was whole"}`,
							),
				),
			);
			const entry = watched;
			const options = this.requestOptions(url, path, method, headers);
			const request =
				url.protocol === "https:"
					? httpsRequest(options)
					: httpRequest(options);
			sent.request = request;
			request.on("error", (error) => fail(connectionFailure(error, what)));
			request.on("close", () =>
				fail(connectionFailure(new Error("closed without an answer"), what)),
			);
			request.on("response", (response) => {
				const latency = performance.now() - start;
				entry.lastByte = start + latency;
				this.noteCertificate(url, response);
				const { statusCode: status = 0, headers: got } = response;
				const finish = (end: Exchanged["end"]) => {
					watch.delete(entry);
					resolve({ status, headers: got, end, latency });
				};
				const sink = receive(status, got);
				response.on("data", (chunk: Buffer) => {
					entry.lastByte = performance.now();
					entry.bytes += chunk.length;
					if (sink.push(chunk)) return;
					finish("stopped");
					request.destroy();
				});
				response.on("end", () =>
					finish(response.complete ? "complete" : "cut"),
				);
				response.on("error", () => finish("cut"));
				response.on("close", () => finish("cut"));
			});
			request.end();
		});
	}

	private requestOptions(
		url: URL,
		path: string,
		method: string,
		headers: Record<string, string>,
	): RequestOptions {
		const isHttps = url.protocol === "https:";
		return {
			agent: isHttps ? this.https : this.http,
			host: url.hostname.replace(/^\[|\]$/g, ""),
			port: url.port || (isHttps ? 443 : 80),
			method,
			path,
			headers,
		};
	}

	private noteCertificate(url: URL, { socket }: IncomingMessage): void {
		if (this.tlsNotAfter !== undefined || !(socket instanceof TLSSocket))
			return;
		if (url.origin !== this.options.origin.origin) return;
		const until = Date.parse(socket.getPeerCertificate().valid_to);
		if (!Number.isNaN(until)) this.tlsNotAfter = until;
	}
}
