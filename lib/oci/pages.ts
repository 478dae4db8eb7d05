import { asRecord } from "./descriptor";
import { RegistryError } from "./errors";
import { isHtml, statusFailure } from "./http/failure";
import type { Answer } from "./http/follow";
import { nextLink } from "./http/link";
import type { Requester } from "./http/requester";

const MIB = 1024 * 1024;
/** A page's body: 8 MiB are 60,000 names of the greatest length. */
const MAX_PAGE = 8 * MIB;
const MAX_PAGES = 10_000;
/** Of all pages together; they are kept until the walk ends. */
const MAX_NAMES = 1_000_000;
/** No name is as long: what is beyond is cut off, and the rest is refused where it is asked for. */
const MAX_NAME = 512;
/** distribution 2.8.2 walks its disk for each page of the catalog. */
const PATIENCE = 4;
/** Entries a page to ask for, one after the other until one is not refused; undefined is as many as it likes. */
export type Sizes = readonly (number | undefined)[];
const MAX_ADDRESS = 4096;

/** The body of a list as an object. @throws RegistryError protocol. */
export function parseJson({ headers, body, what, status }: Answer) {
	const fail = (got: string): never => {
		throw new RegistryError("protocol", `${what}: got ${got}, wanted JSON`, {
			status,
		});
	};
	if (isHtml(headers, body)) return fail("an HTML page");
	try {
		return asRecord(JSON.parse(body.toString())) ?? fail("no object");
	} catch (error) {
		if (error instanceof RegistryError) throw error;
		return fail("something else");
	}
}

function namesIn(answer: Answer, field: string): readonly string[] {
	const names = parseJson(answer)[field];
	if (names === null) return [];
	const isList =
		Array.isArray(names) && names.every((name) => typeof name === "string");
	if (!isList)
		throw new RegistryError(
			"protocol",
			`${answer.what}: got no list of names in "${field}", wanted one`,
		);
	return names.map((name: string) =>
		name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name,
	);
}

/** Path of the next page. @throws RegistryError protocol: it leads to another host, or nowhere. */
function nextPath(origin: URL, path: string, answer: Answer) {
	const address = nextLink([answer.headers.link].flat().join());
	if (address === undefined) return;
	const fail = (problem: string): never => {
		throw new RegistryError(
			"protocol",
			`${answer.what}: the next page is ${problem}`,
		);
	};
	const base = new URL(path, origin);
	if (address.length > MAX_ADDRESS || !URL.canParse(address, base.href))
		return fail("at no address, wanted one of this registry");
	const next = new URL(address, base);
	if (next.origin !== origin.origin)
		return fail(`on ${next.origin}, wanted ${origin.origin}`);
	return `${next.pathname}${next.search}`;
}

/** A 404 in the registry's own words says that there is no such list; any other, that this is not its API. */
function noList({ what, status, headers, body }: Answer): RegistryError {
	const failure = statusFailure(what, status, headers, body);
	if (failure.code !== undefined) return failure;
	return new RegistryError("protocol", failure.message, { status });
}

/**
 * Names of a list, page by page along `Link: rel=next`.
 *
 * @param path Path without a query.
 * @param field Field of the body that holds the names; null is none.
 * @throws RegistryError; protocol for a page that is no list, leads to another host or comes twice; limit.
 */
export async function* listPages(
	requester: Requester,
	path: string,
	scope: string,
	field: string,
	sizes: Sizes,
): AsyncIterable<readonly string[]> {
	const get = async (at: string, accept: readonly number[]) => {
		const answer = await requester.request({
			method: "GET",
			path: at,
			work: "list",
			scope,
			accept: [...accept, 404],
			limit: MAX_PAGE,
			patience: PATIENCE,
		});
		if (answer.status === 404) throw noList(answer);
		return answer;
	};
	let at = path;
	let answer: Answer | undefined;
	for (const size of sizes) {
		at = size === undefined ? path : `${path}?n=${size}`;
		answer = await get(at, size === undefined ? [200] : [200, 400]);
		if (answer.status === 200) break;
	}
	const visited = new Set<string>([at]);
	let count = 0;
	while (answer) {
		const names = namesIn(answer, field);
		count += names.length;
		if (count > MAX_NAMES)
			throw new RegistryError(
				"limit",
				`${answer.what}: got more than ${MAX_NAMES} names, wanted at most that`,
			);
		yield names;
		const next = nextPath(requester.origin, at, answer);
		if (next === undefined) return;
		if (visited.has(next))
			throw new RegistryError(
				"protocol",
				`${answer.what}: the pages go round in a loop`,
			);
		if (visited.size >= MAX_PAGES)
			throw new RegistryError(
				"limit",
				`${answer.what}: got more than ${MAX_PAGES} pages, wanted at most that`,
			);
		visited.add(next);
		at = next;
		answer = await get(at, [200]);
	}
}
