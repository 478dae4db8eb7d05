import type { Store } from "../support/embedded-registry/store";

interface Shape {
	readonly manifests?: readonly { readonly digest: string }[];
	readonly config?: { readonly digest: string };
	readonly layers?: readonly { readonly digest: string }[];
}

export interface Collected {
	readonly links: number;
	readonly blobs: number;
}

/**
 * What `registry garbage-collect -m` of 2.8.x does to healthy content (measured on 2.8.2): a revision without a tag of its
 * own loses its link and its references are never marked, and the children of an index never have a tag. The index marks
 * the children's own bytes, so those stay; their configs and layers go.
 */
export function collectUntagged(store: Store): Collected {
	const marked = new Set<string>();
	let links = 0;
	for (const { revisions, tags } of store.repositories.values()) {
		const tagged = new Set(tags.values());
		for (const digest of [...revisions.keys()]) {
			if (!tagged.has(digest)) {
				revisions.delete(digest);
				links++;
				continue;
			}
			const bytes = store.blobs.get(digest);
			if (!bytes) continue;
			const {
				manifests = [],
				config,
				layers = [],
			} = JSON.parse(bytes.toString()) as Shape;
			marked.add(digest);
			for (const child of [
				...manifests,
				...(config ? [config] : []),
				...layers,
			])
				marked.add(child.digest);
		}
	}
	const unmarked = [...store.blobs.keys()].filter((d) => !marked.has(d));
	for (const digest of unmarked) store.deleteBlob(digest);
	return { links, blobs: unmarked.length };
}
