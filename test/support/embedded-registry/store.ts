import { type Content, sha256 } from "../images";

/** One repository as it lies on the disk of a distribution registry. */
export interface Repository {
	/** `_layers/`: blobs linked into this repository. */
	readonly layers: Set<string>;
	/** `_manifests/revisions/`: digest to what its link file holds; "" is a link of 0 bytes. */
	readonly revisions: Map<string, string>;
	/** `_manifests/tags/`: tag to what its link file holds; "" is a link of 0 bytes. */
	readonly tags: Map<string, string>;
}

/**
 * What a registry has on disk, and the levers that break it. Blobs (manifests are blobs too) are shared between
 * repositories, links are not: as in distribution.
 */
export class Store {
	readonly blobs = new Map<string, Buffer>();
	readonly repositories = new Map<string, Repository>();
	/** `blobdescriptor: inmemory`: sizes remembered by repository and digest, and by digest alone. No time limit. */
	readonly remembered = new Map<string, number>();
	readonly warm: boolean;

	constructor(warm: boolean) {
		this.warm = warm;
	}

	repository(name: string): Repository {
		let found = this.repositories.get(name);
		if (!found) {
			found = { layers: new Set(), revisions: new Map(), tags: new Map() };
			this.repositories.set(name, found);
		}
		return found;
	}

	/** Writes a graph straight to the disk, no request made. */
	put(repository: string, content: Content, ...tags: string[]): string {
		const { layers, revisions, tags: links } = this.repository(repository);
		for (const [digest, bytes] of content.blobs) {
			this.writeBlob(digest, bytes);
			layers.add(digest);
			this.remember(repository, digest, bytes.length);
		}
		for (const [digest, { bytes }] of content.manifests) {
			this.writeBlob(digest, bytes);
			revisions.set(digest, digest);
		}
		for (const tag of tags) links.set(tag, content.root);
		return content.root;
	}

	/** An existing file is never overwritten, whatever is in it: as in distribution. */
	writeBlob(digest: string, bytes: Buffer): void {
		if (!this.blobs.has(digest)) this.blobs.set(digest, bytes);
	}

	remember(repository: string, digest: string, size: number): void {
		if (this.warm) this.remembered.set(`${repository}@${digest}`, size);
	}

	/** Size a registry believes a blob to have; undefined: 404. */
	sizeOf(repository: string, digest: string): number | undefined {
		const known = this.remembered.get(`${repository}@${digest}`);
		if (known !== undefined) return known;
		if (!this.repositories.get(repository)?.layers.has(digest)) return;
		const size = this.blobs.get(digest)?.length;
		if (size !== undefined) this.remember(repository, digest, size);
		return size;
	}

	/** Forgets what the descriptor cache holds. */
	restart(): void {
		this.remembered.clear();
	}

	/** Removes the bytes of a blob or manifest; links stay. */
	deleteBlob(digest: string): void {
		this.must(this.blobs.delete(digest), digest);
	}

	truncateBlob(digest: string, size: number): void {
		this.blobs.set(digest, this.bytesOf(digest).subarray(0, size));
	}

	/** Same size, other bytes; JSON stays JSON (a digit changes), as a registry answers 500 for what it cannot read. */
	corruptBlob(digest: string): void {
		const bytes = Buffer.from(this.bytesOf(digest));
		const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
		const at =
			bytes[0] === 0x7b
				? bytes.findLastIndex(isDigit)
				: Math.max(bytes.length - 1, 0);
		const old = bytes[at];
		if (old === undefined) throw new Error(`nothing to corrupt in ${digest}`);
		bytes[at] = bytes[0] === 0x7b ? (old === 0x39 ? 0x38 : old + 1) : old ^ 255;
		this.blobs.set(digest, bytes);
	}

	/** Removes a revision link or a layer link; the bytes stay. */
	deleteLink(repository: string, digest: string): void {
		const { layers, revisions } = this.existing(repository);
		const had = [layers.delete(digest), revisions.delete(digest)];
		this.must(had.includes(true), digest);
	}

	/** A revision link of 0 bytes: every read answers 500. */
	emptyLink(repository: string, digest: string): void {
		const { revisions } = this.existing(repository);
		this.must(revisions.has(digest), digest);
		revisions.set(digest, "");
	}

	/** Points a tag at a digest, at nothing that exists by default. */
	pointTag(
		repository: string,
		tag: string,
		digest = sha256(`nothing/${tag}`),
	): void {
		this.existing(repository).tags.set(tag, digest);
	}

	/** A tag link of 0 bytes: listed, and every read answers 500. */
	emptyTag(repository: string, tag: string): void {
		this.pointTag(repository, tag, "");
	}

	deleteTag(repository: string, tag: string): void {
		this.must(this.existing(repository).tags.delete(tag), tag);
	}

	private existing(name: string): Repository {
		const found = this.repositories.get(name);
		if (!found) throw new Error(`no repository ${name}`);
		return found;
	}

	private bytesOf(digest: string): Buffer {
		const bytes = this.blobs.get(digest);
		if (!bytes) throw new Error(`no blob ${digest}`);
		return bytes;
	}

	private must(had: boolean, what: string): void {
		if (!had) throw new Error(`nothing to break: no ${what}`);
	}
}
