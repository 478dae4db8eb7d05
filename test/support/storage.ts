import {
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Content } from "./images";

/** The folder tree of distribution's filesystem driver (2.8 and 3.x), for reading it and for breaking it. */
export class Storage {
	readonly #root: string;

	/** @param root what `storage.filesystem.rootdirectory` names */
	constructor(root: string) {
		this.#root = join(root, "docker/registry/v2");
	}

	blob(digest: string): string {
		const [algorithm = "", hex = ""] = digest.split(":");
		return join(this.#root, "blobs", algorithm, hex.slice(0, 2), hex, "data");
	}

	revisionLink(repository: string, digest: string): string {
		return this.#link(repository, "_manifests/revisions", digest);
	}

	layerLink(repository: string, digest: string): string {
		return this.#link(repository, "_layers", digest);
	}

	tagLink(repository: string, tag: string): string {
		return join(
			this.#root,
			"repositories",
			repository,
			"_manifests/tags",
			tag,
			"current/link",
		);
	}

	/** Writes a file of the tree, its folders included. */
	write(path: string, bytes: string | Buffer): void {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, bytes);
	}

	/** Puts content and a tag on it where a push would have put them; no registry is asked. */
	put(repository: string, content: Content, tag: string): void {
		for (const [digest, { bytes }] of content.manifests) {
			this.write(this.blob(digest), bytes);
			this.write(this.revisionLink(repository, digest), digest);
		}
		for (const [digest, bytes] of content.blobs) {
			this.write(this.blob(digest), bytes);
			this.write(this.layerLink(repository, digest), digest);
		}
		this.write(this.tagLink(repository, tag), content.root);
	}

	#link(repository: string, kind: string, digest: string): string {
		return join(
			this.#root,
			"repositories",
			repository,
			kind,
			digest.replace(":", "/"),
			"link",
		);
	}
}

/** Bytes planted where they do not belong; each takes the path of an existing file. */
export const plant = {
	/** As `rm -r` of the folder that holds it, which is what a collection does. */
	missing: (path: string) =>
		rmSync(dirname(existing(path)), { recursive: true }),
	empty: (path: string) => truncateSync(existing(path), 0),
	truncated: (path: string) =>
		truncateSync(path, Math.floor(readFileSync(path).length / 2)),
	/** Same length, all zero bytes: what a lost disk block looks like. */
	zeroed: (path: string) =>
		writeFileSync(path, Buffer.alloc(readFileSync(path).length)),
	/** Same length, one byte differs; a JSON body still parses. */
	corrupted: (path: string) => {
		const bytes = readFileSync(path);
		const at = Math.max(bytes.lastIndexOf("sha256:") + 12, bytes.length >> 1);
		const hex = "0123456789abcdef";
		bytes[at] = hex.charCodeAt(
			(hex.indexOf(String.fromCharCode(bytes[at] ?? 0)) + 1) % 16,
		);
		writeFileSync(path, bytes);
	},
} as const;
export type Plant = keyof typeof plant;

function existing(path: string): string {
	if (!existsSync(path)) throw new Error(`nothing to damage at ${path}`);
	return path;
}
