/** How a cluster uses one repository. */
export interface Uses {
	readonly tags: ReadonlySet<string>;
	readonly digests: ReadonlySet<string>;
}

/**
 * Sorts image references as pods write them (`host/repository[:tag][@digest]`, `latest` where neither is written) by
 * repository of the registry that `pullHosts` name; references to other registries are left out.
 */
export function usesByRepository(
	images: Iterable<string>,
	pullHosts: readonly string[],
): ReadonlyMap<string, Uses> {
	const uses = new Map<string, { tags: Set<string>; digests: Set<string> }>();
	for (const image of images) {
		const host = pullHosts.find((each) => image.startsWith(`${each}/`));
		if (host === undefined) continue;
		const [name = "", digest] = image.slice(host.length + 1).split("@");
		const colon = name.indexOf(":");
		const repository = colon < 0 ? name : name.slice(0, colon);
		let found = uses.get(repository);
		if (!found) {
			found = { tags: new Set(), digests: new Set() };
			uses.set(repository, found);
		}
		// a tag beside a digest says what the digest once was: the pod pulls the digest
		if (digest !== undefined) found.digests.add(digest);
		else found.tags.add(colon < 0 ? "latest" : name.slice(colon + 1));
	}
	return uses;
}

/**
 * Whether a pod names a tag, the digest it showed, or a digest further down on the way to what is bad.
 *
 * @param below digests on that way, the tag's own left out
 */
export function usesTag(
	{ tags, digests }: Uses,
	tag: string,
	root: string | undefined,
	below: readonly string[],
): boolean {
	return (
		tags.has(tag) ||
		(root !== undefined && digests.has(root)) ||
		below.some((digest) => digests.has(digest))
	);
}
