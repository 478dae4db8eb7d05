import type { RepositoryFolder } from "./repository-folder";

export interface MadeLink {
	readonly path: string;
	readonly digest: string;
}

/** A repository as if every link were there; which of them are not is written down. */
export class LenientLinks {
	readonly made: MadeLink[] = [];
	readonly #folder: RepositoryFolder;

	constructor(folder: RepositoryFolder) {
		this.#folder = folder;
	}

	tagTarget(tag: string) {
		return this.#folder.tagTarget(tag);
	}

	revisionTarget(digest: string) {
		const found = this.#folder.revisionTarget(digest);
		return this.#orMade(found, this.#folder.revisionLink(digest), digest);
	}

	layerTarget(digest: string) {
		const found = this.#folder.layerTarget(digest);
		return this.#orMade(found, this.#folder.layerLink(digest), digest);
	}

	#orMade(
		found: ReturnType<RepositoryFolder["layerTarget"]>,
		path: string,
		digest: string,
	) {
		// only a sha256 is also the name of the folder that its bytes are in
		const isWrong =
			typeof found === "string" ? found !== digest : "reason" in found;
		const isMade = isWrong && digest.startsWith("sha256:");
		if (!isMade) return found;
		this.made.push({ path, digest });
		return digest;
	}
}
