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
import type { Watch } from "./watch";

/** Takes a body as it comes. */
export interface Sink {
	/** False: enough, the connection is cut. */
	push(chunk: Buffer): boolean;
}

/** Chooses who takes the body, from status and headers. */
export type Receive = (status: number, headers: IncomingHttpHeaders) => Sink;

export interface Manner {
	readonly method: "GET" | "HEAD";
	/** Idle timeouts that it may take: a registry walks its disk for a catalog. @default 1 */
	readonly patience?: number;
}

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

const ENDED = {
	deadline: "the deadline passed before the answer was whole",
	closed: "the client was closed",
} as const;

function silence(idleTimeout: number): Error {
	const error = new Error(`too slow, waited ${idleTimeout / 1000} s`);
	return Object.assign(error, { code: "ETIMEDOUT" });
}

/** What is asked, for messages: without the query, which may hold a signature. */
export function whatOf(method: string, url: URL, path: string): string {
	return `${method} ${url.origin}${path.split("?", 1)[0]}`;
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
	/** Taking a URL apart costs as much as the rest of a request's options. */
	private readonly places = new WeakMap<URL, RequestOptions>();

	constructor(options: TransportOptions) {
		this.options = options;
		const { concurrency, ca } = options;
		const keep = { keepAlive: true, maxFreeSockets: concurrency };
		this.http = new HttpAgent(keep);
		this.https = new HttpsAgent({
			...keep,
			// also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise
			rejectUnauthorized: true,
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
		manner: Manner,
		headers: Record<string, string>,
		receive: Receive,
	): Promise<Exchanged> {
		for (let stale = 0; ; stale++) {
			const sent: { request?: ClientRequest } = {};
			try {
				return await this.send(url, path, manner, headers, receive, sent);
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
		manner: Manner,
		headers: Record<string, string>,
		receive: Receive,
		sent: { request?: ClientRequest },
	): Promise<Exchanged> {
		const { watch } = this.options;
		const { method, patience = 1 } = manner;
		const idleTimeout = this.options.idleTimeout * patience;
		if (watch.isOver)
			return Promise.reject(
				new RegistryError(
					"deadline",
					`${whatOf(method, url, path)}: the deadline has passed`,
				),
			);
		this.requests++;
		return new Promise((resolve, reject) => {
			const start = performance.now();
			let isSettled = false;
			const settle = () => {
				isSettled = true;
				watch.delete(watched);
			};
			const fail = (makeError: (what: string) => RegistryError) => {
				if (isSettled) return;
				settle();
				reject(makeError(whatOf(method, url, path)));
				sent.request?.destroy();
			};
			const watched = watch.add(idleTimeout, (why) =>
				fail((what) =>
					why === "idle"
						? connectionFailure(silence(idleTimeout), what)
						: new RegistryError("deadline", `${what}: ${ENDED[why]}`),
				),
			);
			const options = this.requestOptions(url, path, method, headers);
			const isHttps = url.protocol === "https:";
			let request: ClientRequest;
			try {
				request = isHttps ? httpsRequest(options) : httpRequest(options);
			} catch (error) {
				// an address that Node will not ask: a redirect may lead to one
				fail((what) => connectionFailure(error, what));
				return;
			}
			sent.request = request;
			request.on("error", (error) =>
				fail((what) => connectionFailure(error, what)),
			);
			const closed = () =>
				fail((what) =>
					connectionFailure(new Error("closed without an answer"), what),
				);
			request.on("close", closed);
			request.on("response", (response) => {
				// a body that is cut closes the request before the response says so
				request.off("close", closed);
				const latency = performance.now() - start;
				watched.lastByte = start + latency;
				this.noteCertificate(url, response);
				const { statusCode: status = 0, headers: got } = response;
				const finish = (end: Exchanged["end"]) => {
					if (isSettled) return;
					settle();
					resolve({ status, headers: got, end, latency });
				};
				const sink = receive(status, got);
				response.on("data", (chunk: Buffer) => {
					watched.lastByte = performance.now();
					watched.bytes += chunk.length;
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
		let place = this.places.get(url);
		if (!place) {
			const isHttps = url.protocol === "https:";
			place = {
				agent: isHttps ? this.https : this.http,
				host: url.hostname.replace(/^\[|\]$/g, ""),
				port: url.port || (isHttps ? 443 : 80),
			};
			this.places.set(url, place);
		}
		const { agent, host, port } = place;
		return { agent, host, port, method, path, headers } as RequestOptions;
	}

	private noteCertificate(url: URL, { socket }: IncomingMessage): void {
		if (this.tlsNotAfter !== undefined || !(socket instanceof TLSSocket))
			return;
		if (url.origin !== this.options.origin.origin) return;
		// null where the socket is gone already, whatever the types say
		const until = Date.parse(socket.getPeerCertificate()?.valid_to);
		if (!Number.isNaN(until)) this.tlsNotAfter = until;
	}
}
