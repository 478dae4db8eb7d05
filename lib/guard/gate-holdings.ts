import { join } from "node:path";
import { listRepositories } from "./scan/list-repositories";
import { openRepository } from "./scan/open-repository";
import type { RepositoryFolder } from "./scan/repository-folder";

/** What a repository's folder names, whether or not any of it is whole. */
export interface Holding {
	/** Tag to digest; "" where the link says none. */
	readonly tags: ReadonlyMap<string, string>;
	/** Digests of all manifests that are linked, with and without a tag. */
	readonly revisions: readonly string[];
}

/** By repository. */
export type Holdings = ReadonlyMap<string, Holding>;

/** Of a folder that was read. */
export interface Held extends Holding {
	/** Without layers 2.8 does not list a repository: its catalog has no such name, and a collection deletes its manifests. */
	readonly hasLayers: boolean;
}

function holdingOf(folder: RepositoryFolder): Held {
	return {
		hasLayers: folder.layers().length > 0,
		tags: new Map(
			folder.tags.map((tag) => {
				const target = folder.tagTarget(tag);
				return [tag, typeof target === "string" ? target : ""];
			}),
		),
		// a manifest that was deleted leaves its folder behind
		revisions: folder
			.revisions()
			.filter((digest) => typeof folder.revisionTarget(digest) === "string"),
	};
}

/**
 * Lists what the storage tree of one store names: every repository's tags and linked manifests. What cannot be read is
 * not listed; the scan of the same tree says so.
 *
 * @param base folder with `docker/registry/v2` below it
 */
export function readHoldings(base: string): ReadonlyMap<string, Held> {
	const holdings = new Map<string, Held>();
	const root = join(base, "docker/registry/v2");
	for (const name of listRepositories(join(root, "repositories")).names) {
		const folder = openRepository(root, name);
		if ("name" in folder) holdings.set(name, holdingOf(folder));
	}
	return holdings;
}
