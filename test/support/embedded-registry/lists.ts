import { sha256 } from "../images";
import { answerError, answerJson, type Exchange } from "./answer";
import type { Store } from "./store";

function page(
	names: readonly string[],
	url: URL,
	size: number,
): {
	readonly names: readonly string[];
	readonly link: Record<string, string>;
} {
	const last = url.searchParams.get("last") ?? "";
	const rest = names.filter((name) => name > last);
	const some = rest.slice(0, size);
	const next = new URLSearchParams({ last: some.at(-1) ?? "", n: `${size}` });
	const link =
		some.length > 0 && rest.length > some.length
			? { link: `<${url.pathname}?${next}>; rel="next"` }
			: {};
	return { names: some, link: link as Record<string, string> };
}

/** `n` above `max` is refused, 100 where it is not given: as 2.8.2. */
export function serveCatalog(store: Store, max: number, exchange: Exchange) {
	const { response, url } = exchange;
	const n = url.searchParams.get("n");
	if (n !== null && Number(n) > max)
		return answerError(response, 400, "PAGINATION_NUMBER_INVALID", {
			n: Number(n),
		});
	const wanted = n !== null && Number(n) > 0 ? Number(n) : Math.min(100, max);
	const { names, link } = page(
		[...store.repositories.keys()].sort(),
		url,
		wanted,
	);
	answerJson(response, { repositories: names }, link);
}

/** 2.8.2 ignores `n` and answers in directory hash order. */
export function serveTags(store: Store, exchange: Exchange) {
	const { response, repository: name } = exchange;
	const found = store.repositories.get(name);
	// a repository that only has `_layers` (an interrupted push) is in the catalog and unknown here
	if (!found || (found.tags.size === 0 && found.revisions.size === 0))
		return answerError(response, 404, "NAME_UNKNOWN", { name });
	const tags = [...found.tags.keys()];
	if (tags.length === 0) return answerJson(response, { name, tags: null });
	const hashes = new Map(tags.map((tag) => [tag, sha256(tag)]));
	tags.sort((a, b) => (hashes.get(a) ?? "").localeCompare(hashes.get(b) ?? ""));
	answerJson(response, { name, tags });
}
