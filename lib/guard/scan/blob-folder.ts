import { isUnlooked, type Unlooked } from "../verdict";
import { symlink } from "./disk-fact";
import { listFolder } from "./list-folder";

type Symlinks = ReadonlySet<string>;
const NONE: Symlinks = new Set();

const SHA256 = "sha256:";
/** Folders below `blobs/sha256`: two hex digits each. */
const PREFIXES = 256;

/** `blobs` of a store: where the bytes of a digest are. Each of its folders is listed once, for the symlinks in it. */
export class BlobFolder {
	/** 1 for a prefix of sha256 that is known to hold no symlink; threads share it. */
	readonly plain: Uint8Array;
	readonly #path: string;
	readonly #symlinks = new Map<string, Symlinks | Unlooked>();

	/** @param path of `docker/registry/v2/blobs` */
	constructor(
		path: string,
		plain: Uint8Array = new Uint8Array(new SharedArrayBuffer(PREFIXES)),
	) {
		this.#path = path;
		this.plain = plain;
	}

	/** The data file of a digest; it need not be there. */
	pathOf(digest: string): string {
		const colon = digest.indexOf(":");
		const prefix = digest.slice(colon + 1, colon + 3);
		return `${this.#path}/${digest.slice(0, colon)}/${prefix}/${digest.slice(colon + 1)}/data`;
	}

	/** Why the way to a data file must not be taken; undefined where it may. */
	obstacleTo(digest: string): Unlooked | undefined {
		const colon = digest.indexOf(":");
		const start = digest.slice(colon + 1, colon + 3);
		const isUsual = digest.startsWith(SHA256);
		const number = isUsual ? Number.parseInt(start, 16) : PREFIXES;
		if (this.plain[number] === 1) return undefined;
		const prefix = `${digest.slice(0, colon)}/${start}`;
		const within = this.#within(prefix);
		if (within === NONE) {
			this.plain[number] = 1;
			return undefined;
		}
		if ("unlooked" in within) return within;
		const hex = digest.slice(colon + 1);
		return within.has(hex)
			? symlink(`${this.#path}/${prefix}/${hex}`)
			: undefined;
	}

	/** Symlinks in a folder, or why it must not be looked into: from the top down, so that none is followed. */
	#within(folder: string): Symlinks | Unlooked {
		const known = this.#symlinks.get(folder);
		if (known) return known;
		const found = this.#look(folder);
		this.#symlinks.set(folder, found);
		return found;
	}

	#look(folder: string): Symlinks | Unlooked {
		const slash = folder.lastIndexOf("/");
		const name = folder.slice(slash + 1);
		if (folder !== "") {
			const above = this.#within(folder.slice(0, Math.max(0, slash)));
			if ("unlooked" in above) return above;
			if (above.has(name)) return symlink(`${this.#path}/${folder}`);
		}
		const listed = listFolder(`${this.#path}/${folder}`);
		if ("folders" in listed)
			return listed.symlinks.length > 0 ? new Set(listed.symlinks) : NONE;
		// what is not there holds none
		return isUnlooked(listed) ? listed : NONE;
	}
}
