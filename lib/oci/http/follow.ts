import type { IncomingHttpHeaders } from "node:http";
import { RegistryError } from "../errors";
import { Collector } from "./collector";
import { connectionFailure, excerpt } from "./failure";
import { isRedirect, redirectTarget } from "./redirect";
import {
	type Exchanged,
	type Manner,
	type Sink,
	type Transport,
	whatOf,
} from "./transport";

const NOTHING = Buffer.alloc(0);
const KIB = 1024;
/** So much of a body that no call asked for (an error's) is read. */
const OTHER_BODY = 16 * KIB;

export interface Fetch extends Manner {
	/** Takes the body of a 2xx, made anew for each try. @default - collects up to `limit` bytes */
	readonly sink?: (status: number, headers: IncomingHttpHeaders) => Sink;
	/** Bytes of a collected body. @default 64 KiB */
	readonly limit?: number;
	/** A body that is cut is an answer too, not a network failure. */
	readonly keepCut?: boolean;
}

/** The answer at the end of the redirects. */
export class Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly end: Exchanged["end"];
	/** Milliseconds to the status line. */
	readonly latency: number;
	/** What was collected; empty where the call brought its own sink. */
	readonly body: Buffer;
	/** The answer is another origin's. */
	readonly isForeign: boolean;
	private readonly method: string;
	private readonly url: URL;
	private readonly path: string;

	constructor(
		exchanged: Exchanged,
		body: Buffer,
		isForeign: boolean,
		method: string,
		url: URL,
		path: string,
	) {
		this.status = exchanged.status;
		this.headers = exchanged.headers;
		this.end = exchanged.end;
		this.latency = exchanged.latency;
		this.body = body;
		this.isForeign = isForeign;
		this.method = method;
		this.url = url;
		this.path = path;
	}

	/** What was asked, for messages. */
	get what(): string {
		return whatOf(this.method, this.url, this.path);
	}
}

/**
 * Follows redirects to the answer. Authorization is dropped at the first change of host, port or scheme and does not
 * come back.
 *
 * @throws RegistryError network, tls, dns, deadline; protocol for a redirect that must not be followed; limit.
 */
export async function follow(
	transport: Transport,
	start: URL,
	startPath: string,
	fetch: Fetch,
	startHeaders: Record<string, string>,
): Promise<Answer> {
	const { method, sink, limit = 64 * KIB, keepCut = false } = fetch;
	let url = start;
	let path = startPath;
	let headers = startHeaders;
	let visited: Set<string> | undefined;
	for (;;) {
		let collector: Collector | undefined;
		const exchanged = await transport.exchange(
			url,
			path,
			fetch,
			headers,
			(status, got) => {
				const isOther = status < 200 || status > 299;
				if (sink && !isOther) return sink(status, got);
				collector = new Collector(isOther ? OTHER_BODY : limit);
				return collector;
			},
		);
		const { status, end } = exchanged;
		if (isRedirect(status)) {
			const from = new URL(path, url);
			visited ??= new Set([from.href]);
			const to = redirectTarget(from, exchanged.headers.location, visited);
			if (to.origin !== url.origin) {
				const { authorization: _, ...rest } = headers;
				headers = rest;
			}
			url = to;
			path = `${to.pathname}${to.search}`;
			continue;
		}
		const isGood = status >= 200 && status < 300;
		if (isGood && end === "cut" && !keepCut)
			throw connectionFailure(
				new Error("the answer was cut off"),
				whatOf(method, url, path),
			);
		if (isGood && collector?.isFull)
			throw new RegistryError(
				"limit",
				`${whatOf(method, url, path)}: got more than ${limit} bytes, wanted at most that`,
				{ status },
			);
		const encoding = exchanged.headers["content-encoding"] ?? "identity";
		// identity was asked for: what was encoded on the way has another digest
		if (isGood && encoding !== "identity")
			throw new RegistryError(
				"protocol",
				`${whatOf(method, url, path)}: got a body encoded as ${excerpt(encoding)}, wanted it as it is`,
				{ status },
			);
		const body = collector?.body ?? NOTHING;
		const isForeign = url !== start && url.origin !== start.origin;
		return new Answer(exchanged, body, isForeign, method, url, path);
	}
}
