import type { IncomingHttpHeaders } from "node:http";
import { RegistryError } from "../errors";
import { Collector } from "./collector";
import { connectionFailure } from "./failure";
import { isRedirect, redirectTarget } from "./redirect";
import type { Exchanged, Sink, Transport } from "./transport";

const KIB = 1024;
/** So much of a body that no call asked for (an error's) is read. */
const OTHER_BODY = 16 * KIB;

export interface Fetch {
	readonly method: "GET" | "HEAD";
	readonly headers: Readonly<Record<string, string>>;
	/** Takes the body of a 2xx, made anew for each try. @default - collects up to `limit` bytes */
	readonly sink?: (status: number, headers: IncomingHttpHeaders) => Sink;
	/** Bytes of a collected body. @default 64 KiB */
	readonly limit?: number;
	/** A body that is cut is an answer too, not a network failure. */
	readonly keepCut?: boolean;
}

export interface Answer extends Exchanged {
	/** What was asked, for messages: no query, it may hold a signature. */
	readonly what: string;
	/** What was collected; empty where the call brought its own sink. */
	readonly body: Buffer;
	/** The answer is another origin's. */
	readonly isForeign: boolean;
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
	authorization: string | undefined,
): Promise<Answer> {
	const { method, sink, limit = 64 * KIB, keepCut = false } = fetch;
	let [url, path] = [start, startPath];
	let headers: Record<string, string> = authorization
		? { ...fetch.headers, authorization }
		: fetch.headers;
	let visited: Set<string> | undefined;
	for (;;) {
		let collector: Collector | undefined;
		const exchanged = await transport.exchange(
			url,
			path,
			method,
			headers,
			(status, got) => {
				const isOther = status < 200 || status > 299;
				if (sink && !isOther) return sink(status, got);
				collector = new Collector(isOther ? OTHER_BODY : limit);
				return collector;
			},
		);
		const { status, end } = exchanged;
		const what = `${method} ${url.origin}${path.split("?", 1)[0]}`;
		if (isRedirect(status)) {
			const from = new URL(path, url);
			visited ??= new Set([from.href]);
			const to = redirectTarget(from, exchanged.headers.location, visited);
			if (to.origin !== url.origin) headers = { ...fetch.headers };
			url = to;
			path = `${to.pathname}${to.search}`;
			continue;
		}
		const isGood = status >= 200 && status < 300;
		if (isGood && end === "cut" && !keepCut)
			throw connectionFailure(new Error("the answer was cut off"), what);
		if (isGood && collector?.isFull)
			throw new RegistryError(
				"limit",
				`${what}: got more than ${limit} bytes, wanted at most that`,
				{ status },
			);
		return {
			...exchanged,
			what,
			body: collector?.body ?? Buffer.alloc(0),
			isForeign: url.origin !== start.origin,
		};
	}
}
