import { createServer, type IncomingMessage, type Server } from "node:http";
import {
	CATALOG_PAGE,
	type Holdings,
	holdings,
	MAKE_BELIEVE_TAGS,
	makeBelieveName,
	makeBelieveNumber,
	makeBelieveRepository,
	type Repository,
} from "./population";

/** Who asked for what, counted by user name: every shard signs in under a name of its own. */
export interface Visits {
	readonly requests: Readonly<Record<string, number>>;
	/** Index = number of users that listed a repository's tags; value = repositories with so many. */
	readonly repositoriesByVisitors: readonly number[];
	/** Tags that exactly one user resolved. */
	readonly tagsVisitedOnce: number;
}

interface Visitor {
	requests: number;
	readonly listed: Uint8Array;
	/** A bit a tag. */
	readonly resolved: Uint16Array;
}

interface Reply {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body: Buffer | string;
}

interface Held extends Repository, Holdings {}

// A walk has few repositories open at a time; what it comes back for is made anew.
const KEPT = 128;

const PATH = /^\/v2\/(.+)\/(tags\/list|manifests|blobs)(?:\/([^/]+))?$/;

/** A healthy registry of any size behind Basic authentication, computed from the repository's number: no disk, no state. */
export class MakeBelieveRegistry {
	readonly server: Server;
	readonly size: number;
	readonly #visitors = new Map<string, Visitor>();
	readonly #kept = new Map<number, Held>();

	constructor(size: number) {
		this.size = size;
		this.server = createServer(
			{ keepAliveTimeout: 60_000 },
			(request, response) => {
				const { status, headers, body } = this.#reply(request);
				response.writeHead(status, {
					"docker-distribution-api-version": "registry/2.0",
					"content-type": "application/json",
					"content-length": Buffer.byteLength(body),
					...headers,
				});
				response.end(request.method === "HEAD" ? undefined : body);
			},
		);
	}

	/** What was asked since the last call. */
	takeVisits(): Visits {
		const visitors = [...this.#visitors.values()];
		const byVisitors = new Array<number>(visitors.length + 1).fill(0);
		let tagsVisitedOnce = 0;
		for (let number = 0; number < this.size; number++) {
			const users = visitors.filter((v) => v.listed[number]).length;
			byVisitors[users] = (byVisitors[users] ?? 0) + 1;
			for (let tag = 0; tag < MAKE_BELIEVE_TAGS; tag++) {
				const bit = 1 << tag;
				const seen = visitors.filter((v) => (v.resolved[number] ?? 0) & bit);
				if (seen.length === 1) tagsVisitedOnce++;
			}
		}
		const requests = Object.fromEntries(
			[...this.#visitors].map(([user, visitor]) => [user, visitor.requests]),
		);
		this.#visitors.clear();
		return { requests, repositoriesByVisitors: byVisitors, tagsVisitedOnce };
	}

	#visitor(authorization: string): Visitor {
		const [user = ""] = Buffer.from(authorization.slice(6), "base64")
			.toString()
			.split(":");
		let visitor = this.#visitors.get(user);
		if (!visitor) {
			visitor = {
				requests: 0,
				listed: new Uint8Array(this.size),
				resolved: new Uint16Array(this.size),
			};
			this.#visitors.set(user, visitor);
		}
		visitor.requests++;
		return visitor;
	}

	#held(number: number): Held {
		let held = this.#kept.get(number);
		if (!held) {
			const repository = makeBelieveRepository(number);
			held = { ...repository, ...holdings(repository) };
			if (this.#kept.size >= KEPT) {
				for (const oldest of this.#kept.keys()) {
					this.#kept.delete(oldest);
					break;
				}
			}
			this.#kept.set(number, held);
		}
		return held;
	}

	#reply({ url = "/", headers }: IncomingMessage): Reply {
		const { authorization } = headers;
		if (!authorization?.startsWith("Basic ")) {
			const challenge = { "www-authenticate": 'Basic realm="make-believe"' };
			return { ...refusal(401, "UNAUTHORIZED"), headers: challenge };
		}
		const visitor = this.#visitor(authorization);
		const { pathname, searchParams } = new URL(url, "http://registry");
		if (pathname === "/v2/") return { status: 200, body: "{}" };
		if (pathname === "/v2/_catalog") return this.#catalog(searchParams);

		const [, name = "", what, reference = ""] = PATH.exec(pathname) ?? [];
		const number = makeBelieveNumber(name);
		if (number === undefined || number >= this.size)
			return refusal(404, "NAME_UNKNOWN");
		const held = this.#held(number);
		if (what === "tags/list") {
			visitor.listed[number] = 1;
			const tags = [...held.tags.keys()];
			return { status: 200, body: JSON.stringify({ name, tags }) };
		}
		if (what === "blobs") return blob(held, reference, headers.range);
		const tagged = held.tags.get(reference);
		if (tagged) {
			const bit = 1 << Number(reference.slice(1));
			visitor.resolved[number] = (visitor.resolved[number] ?? 0) | bit;
		}
		return manifest(held, tagged ?? reference);
	}

	#catalog(query: URLSearchParams): Reply {
		const wanted = Number(query.get("n") ?? 100);
		if (!(wanted >= 1 && wanted <= CATALOG_PAGE))
			return refusal(400, "PAGINATION_NUMBER_INVALID");
		const last = query.get("last");
		const from = last === null ? 0 : (makeBelieveNumber(last) ?? -1) + 1;
		const until = Math.min(this.size, from + wanted);
		const repositories = Array.from(
			{ length: Math.max(0, until - from) },
			(_, i) => makeBelieveName(from + i),
		);
		const end = encodeURIComponent(repositories.at(-1) ?? "");
		const link = `</v2/_catalog?last=${end}&n=${wanted}>; rel="next"`;
		return {
			status: 200,
			body: JSON.stringify({ repositories }),
			...(until < this.size && { headers: { link } }),
		};
	}
}

function refusal(status: number, code: string): Reply {
	return { status, body: JSON.stringify({ errors: [{ code }] }) };
}

function manifest({ manifests }: Held, digest: string): Reply {
	const found = manifests.get(digest);
	if (!found) return refusal(404, "MANIFEST_UNKNOWN");
	const headers = {
		"content-type": found.mediaType,
		"docker-content-digest": digest,
	};
	return { status: 200, headers, body: found.bytes };
}

/** Of ranges only the one that the guard asks for: the last byte. */
function blob({ blobs }: Held, digest: string, range?: string): Reply {
	const bytes = blobs.get(digest);
	if (!bytes) return refusal(404, "BLOB_UNKNOWN");
	const headers = { "content-type": "application/octet-stream" };
	if (range !== "bytes=-1") return { status: 200, headers, body: bytes };
	const last = bytes.length - 1;
	return {
		status: 206,
		headers: {
			...headers,
			"content-range": `bytes ${last}-${last}/${bytes.length}`,
		},
		body: bytes.subarray(last),
	};
}
