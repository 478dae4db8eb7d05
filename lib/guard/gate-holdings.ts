import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a repository's folder names, whether or not any of it is whole. */
export interface Holding {
	/** Tag to digest; "" where the link says none. */
	readonly tags: ReadonlyMap<string, string>;
	/** Digests of all manifests that are linked, with and without a tag. */
	readonly revisions: readonly string[];
}

/** By repository. */
export type Holdings = ReadonlyMap<string, Holding>;

const DIGEST = /^[a-z0-9]+:[0-9a-f]{32,128}$/;

function foldersIn(path: string): readonly string[] {
	try {
		return readdirSync(path, { withFileTypes: true })
			.filter((entry) => entry.isDirectory())
			.map(({ name }) => name);
	} catch (error) {
		// what vanishes while it is read is not there
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOENT" || code === "ENOTDIR") return [];
		throw error;
	}
}

function targetOf(link: string): string {
	try {
		const text = readFileSync(link, "utf8").trim();
		return DIGEST.test(text) ? text : "";
	} catch {
		return "";
	}
}

function holdingOf(manifests: string): Holding {
	const tags = join(manifests, "tags");
	const revisions = join(manifests, "revisions");
	return {
		tags: new Map(
			foldersIn(tags).map((tag) => [
				tag,
				targetOf(join(tags, tag, "current/link")),
			]),
		),
		revisions: foldersIn(revisions).flatMap((algorithm) =>
			foldersIn(join(revisions, algorithm)).map((hex) => `${algorithm}:${hex}`),
		),
	};
}

/**
 * Lists what the storage tree of one store names: every repository's tags and linked manifests, by directory name.
 *
 * @param base folder with `docker/registry/v2` below it
 * @throws what node:fs throws for a folder that may not be read: half a list would hide a loss
 */
export function readHoldings(base: string): Holdings {
	const root = join(base, "docker/registry/v2/repositories");
	const holdings = new Map<string, Holding>();
	// components of a repository's name never begin with an underscore
	const queue = foldersIn(root).filter((each) => !each.startsWith("_"));
	for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
		for (const folder of foldersIn(join(root, name))) {
			if (folder === "_manifests")
				holdings.set(name, holdingOf(join(root, name, folder)));
			else if (!folder.startsWith("_")) queue.push(`${name}/${folder}`);
		}
	}
	return holdings;
}
