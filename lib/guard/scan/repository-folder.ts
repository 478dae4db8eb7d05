import { lstatSync } from "node:fs";
import { isDigest } from "../../oci/digest";
import type { Role } from "../graph";
import { type Bad, isUnlooked, type Unlooked } from "../verdict";
import { absent, isNoUtf8, NO_LINK, noUtf8, symlink } from "./disk-fact";
import { type Folder, listFolder } from "./list-folder";
import { readLink } from "./read-link";

const NOTHING: Folder = { folders: [], symlinks: [], others: [] };
/** Of the distribution spec. A registry lists every name as a tag; what is no folder and has another is nobody's push. */
const TAG = /^\w[\w.-]{0,127}$/;

type Known = ReadonlySet<string>;
const NOTHING_KNOWN: Known = new Set();

/** Digests among names that are not known to be some. */
function unknown(names: readonly string[], known = NOTHING_KNOWN) {
	return names.filter((each) => !known.has(each) && isDigest(each));
}

const isAbsent = (target: string | Bad | Unlooked) =>
	typeof target !== "string" &&
	"reason" in target &&
	target.reason === "missing";

/** `repositories/<name>` of a store: which links there are, and what they hold. Symlinks are told, never followed. */
export class RepositoryFolder {
	readonly name: string;
	readonly tags: readonly string[];
	/** What of it could not be listed. */
	readonly troubles: readonly Unlooked[];
	readonly #path: string;
	readonly #revisions: readonly string[];
	readonly #layers: readonly string[];
	readonly #troubles: Unlooked[] = [];
	readonly #refused = new Map<string, Unlooked>();

	/**
	 * @param path of the repository's own folder
	 * @param folder what is in it; who listed it tells its symlinks
	 */
	constructor(name: string, path: string, folder: Folder) {
		this.name = name;
		this.#path = path;
		for (const each of folder.symlinks) this.#refuse(`${path}/${each}`);
		const manifests = this.#into(path, folder, "_manifests");
		const within = `${path}/_manifests`;
		const { folders, others } = this.#into(within, manifests, "tags");
		for (const each of folders.filter(isNoUtf8))
			this.#troubles.push(noUtf8(`${within}/tags/${each}`));
		this.tags = [
			...folders.filter((each) => !isNoUtf8(each)),
			...others.filter((each) => TAG.test(each)),
		];
		this.#revisions = this.#digestsIn(within, manifests, "revisions");
		this.#layers = this.#digestsIn(path, folder, "_layers");
		this.troubles = this.#troubles;
	}

	/** Digests that have a folder under `_manifests/revisions`, with or without a link in it; those that are known apart. */
	revisions(known?: Known): readonly string[] {
		return unknown(this.#revisions, known);
	}

	/** The same under `_layers`. */
	layers(known?: Known): readonly string[] {
		return unknown(this.#layers, known);
	}

	tagLink(tag: string): string {
		return `${this.#path}/_manifests/tags/${tag}/current/link`;
	}

	revisionLink(digest: string): string {
		return `${this.#path}/_manifests/revisions/${digest.replace(":", "/")}/link`;
	}

	layerLink(digest: string): string {
		return `${this.#path}/_layers/${digest.replace(":", "/")}/link`;
	}

	/** Whether the tag's folder is still there. */
	hasTag(tag: string): boolean {
		const path = `${this.#path}/_manifests/tags/${tag}`;
		try {
			return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
		} catch {
			return true;
		}
	}

	/** Every digest that a tag has named since it was pushed first. */
	tagHistory(tag: string): readonly string[] {
		const path = `${this.#path}/_manifests/tags/${tag}`;
		const listed = listFolder(path);
		return "folders" in listed
			? unknown(this.#digestsIn(path, listed, "index"))
			: [];
	}

	/** The digest that a tag names. */
	tagTarget(tag: string): string | Bad | Unlooked {
		const current = `${this.#path}/_manifests/tags/${tag}/current`;
		try {
			const stat = lstatSync(current, { throwIfNoEntry: false });
			if (!stat) return absent(NO_LINK);
			if (stat.isSymbolicLink()) return symlink(current);
		} catch {
			// the link below it tells the same
		}
		return this.#read(`${current}/link`);
	}

	/** Where the bytes of a manifest are; 2.1 put its link among the layers, so registries look there as well. */
	revisionTarget(digest: string): string | Bad | Unlooked {
		const target = this.#read(this.revisionLink(digest), digest);
		return isAbsent(target) ? this.layerTarget(digest) : target;
	}

	/** Whether there is a link to a revision, readable or not. */
	hasRevision(digest: string): boolean {
		return !isAbsent(this.revisionTarget(digest));
	}

	/** Where the bytes of a config or layer are: elsewhere than under its own digest where that is not sha256. */
	layerTarget(digest: string): string | Bad | Unlooked {
		return this.#read(this.layerLink(digest), digest);
	}

	/** What a link holds instead of its own digest; only one that is not sha256 may lead elsewhere. */
	strayTarget(role: Role, digest: string): string | undefined {
		const target =
			role === "blob" ? this.layerTarget(digest) : this.revisionTarget(digest);
		const isStray =
			typeof target === "string" &&
			target !== digest &&
			digest.startsWith("sha256:");
		return isStray ? target : undefined;
	}

	/** What is in a folder that its parent was seen to hold; nothing where that is a symlink. */
	#into(path: string, parent: Folder, name: string): Folder {
		if (!parent.folders.includes(name)) {
			if (parent.others.includes(name))
				this.#troubles.push({
					unlooked: "server-error",
					detail: `${path}/${name}: a file in place of a folder`,
				});
			return NOTHING;
		}
		const listed = listFolder(`${path}/${name}`);
		if ("folders" in listed) {
			for (const each of listed.symlinks)
				this.#troubles.push(this.#refuse(`${path}/${name}/${each}`));
			return listed;
		}
		if (isUnlooked(listed)) this.#troubles.push(listed);
		return NOTHING;
	}

	/** In the form of digests; nearly all of them are some. */
	#digestsIn(path: string, parent: Folder, name: string): readonly string[] {
		const digests: string[] = [];
		const algorithms = this.#into(path, parent, name);
		for (const algorithm of algorithms.folders) {
			const within = this.#into(`${path}/${name}`, algorithms, algorithm);
			for (const hex of within.folders) digests.push(`${algorithm}:${hex}`);
		}
		return digests;
	}

	#refuse(path: string): Unlooked {
		const trouble = symlink(path);
		this.#refused.set(path, trouble);
		return trouble;
	}

	/** A link, unless a symlink is on the way to it. */
	#read(path: string, usual?: string): string | Bad | Unlooked {
		if (this.#refused.size > 0)
			for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) {
				const refused = this.#refused.get(path.slice(0, at));
				if (refused) return refused;
			}
		return readLink(path, usual);
	}
}
