import { lstatSync } from "node:fs";
import { type Descriptor, isInline } from "../../oci/descriptor";
import { digestOf, knownAlgorithm } from "../../oci/digest";
import type { Successor } from "../../oci/successors";
import type { Kind } from "../contract";
import {
	descend,
	type Edge,
	type Fact,
	MAX_NODES,
	makeNode,
	type Node,
	Nodes,
	type Root,
} from "../graph";
import { type ManifestLook, readManifest } from "../look";
import type { Bad, Unlooked } from "../verdict";
import { SMALL_CONFIG, unknownAlgorithm } from "../walk";
import type { BlobFolder } from "./blob-folder";
import {
	absent,
	factOfDiskError,
	NO_BLOB,
	symlink,
	unreadable,
} from "./disk-fact";
import type { Hashes } from "./hashes";
import { readFile } from "./read-file";
import type { RepositoryFolder } from "./repository-folder";

/** No registry takes a larger manifest (distribution: `maxManifestBodySize`). */
const MAX_MANIFEST = 4 << 20;

const MISSING_BLOB = absent(NO_BLOB);

/** The links of a repository. */
type Links = Pick<
	RepositoryFolder,
	"tagTarget" | "revisionTarget" | "layerTarget"
>;

/** A blob whose bytes are still to be hashed. */
export interface HashTask {
	readonly node: Node;
	readonly path: string;
	/** The digest is another's name for these bytes. */
	readonly isAlias: boolean;
}

/**
 * What hangs under the tags of one repository, on disk: the same graph as the walk over HTTP builds, so that the same
 * judge says what is bad. A link is asked for first, as the registry does: without one the bytes do not count.
 */
export class DiskWalk {
	readonly roots: Root[] = [];
	readonly nodes = new Nodes(MAX_NODES);
	readonly problems = new Map<Node, Unlooked>();
	/** What a tag names that leads nowhere. */
	readonly targets = new Map<string, string>();
	/** Large blobs, left for who has the time. */
	readonly hashTasks: HashTask[] = [];
	/** Bytes read and hashed. */
	bytes = 0;
	readonly #repository: Links;
	readonly #blobFolder: BlobFolder;
	/** Undefined: only sizes. */
	readonly #hashes: Hashes | undefined;
	readonly #queue: Node[] = [];

	/** @param hashes of the blobs that were read already; undefined: large blobs are not hashed */
	constructor(
		repository: Links,
		blobFolder: BlobFolder,
		hashes: Hashes | undefined,
	) {
		this.#repository = repository;
		this.#blobFolder = blobFolder;
		this.#hashes = hashes;
	}

	/** Looks at a tag, or at the digest of a revision, and at all that hangs under it and was not looked at before. */
	run(reference: string): void {
		const isTag = !reference.includes(":");
		const root: Root = { reference, isTag, edge: undefined };
		this.roots.push(root);
		root.edge = isTag ? this.#tag(reference) : this.#revision(reference);
		for (let node = this.#queue.pop(); node; node = this.#queue.pop())
			if (!node.fact) this.#settle(node, this.#lookAtManifest(node.digest));
	}

	#tag(tag: string): Edge {
		const digest = this.#repository.tagTarget(tag);
		if (typeof digest !== "string")
			return edgeTo(makeNode("", "manifest", dangling(digest)), "tag");
		const edge = this.#revision(digest);
		const { fact } = edge.to;
		if (!fact || ("is" in fact && fact.is === "manifest" && fact.mediaType))
			return edge;
		const nowhere = (why: Exclude<Fact, { readonly is: unknown }>) =>
			edgeTo(makeNode("", "manifest", dangling(why)), "tag");
		if ("is" in fact) {
			const isLayer = typeof this.#repository.layerTarget(digest) === "string";
			const isDamaged = "bad" in fact && fact.bad?.reason === "digest";
			// a registry answers 404 or 500, and pushing these bytes mends nothing
			if (isLayer && !isDamaged)
				return nowhere(absent(`a link to ${digest}: a layer, no manifest`));
			// what it is cannot be told: the tag is what is bad
			return { ...edge, kind: "tag" };
		}
		this.targets.set(tag, digest);
		return nowhere(fact);
	}

	#revision(digest: string): Edge {
		const node = this.nodes.get("manifest", digest);
		if (!node)
			return edgeTo(makeNode(digest, "manifest", TOO_MANY), "manifest");
		node.level = 1;
		if (node.fact) this.#goOn(node);
		else this.#settle(node, this.#lookAtManifest(digest));
		const { fact } = node;
		const isIndex =
			fact && "is" in fact && fact.is === "manifest" && fact.isIndex;
		return edgeTo(node, isIndex ? "index" : "manifest");
	}

	#lookAtManifest(digest: string): ManifestLook {
		const as = (fact: Fact): ManifestLook => ({
			digest,
			fact,
			successors: [],
		});
		if (!knownAlgorithm(digest)) return as(unknownAlgorithm(digest));
		const target = this.#repository.revisionTarget(digest);
		if (typeof target !== "string") return as(target);
		const obstacle = this.#blobFolder.obstacleTo(target);
		if (obstacle) return as(obstacle);
		const path = this.#blobFolder.pathOf(target);
		const read = readFile(path, MAX_MANIFEST);
		if (!("size" in read)) return as(blobFact(read));
		const { bytes, size } = read;
		if (!bytes)
			return as({
				is: "manifest",
				mediaType: "",
				isIndex: false,
				size,
				bad: {
					reason: "size",
					expected: `at most ${MAX_MANIFEST} bytes: no registry takes more`,
					got: `${size} bytes`,
				},
			});
		this.bytes += size;
		return readManifest(
			{ bytes, contentType: "", headerDigest: undefined },
			digest,
		);
	}

	#lookAtBlob(node: Node, { digest, size }: Descriptor, kind: Kind): Fact {
		const target = this.#repository.layerTarget(digest);
		if (typeof target !== "string") return target;
		const obstacle = this.#blobFolder.obstacleTo(target);
		if (obstacle) return obstacle;
		const path = this.#blobFolder.pathOf(target);
		const isSmall = size !== undefined && size <= SMALL_CONFIG;
		// a link to other bytes than its own digest's: only their hash tells whether they are the right ones
		const isAlias = target !== digest;
		const known = isAlias ? undefined : this.#hashes?.get(digest);
		const isDue =
			known === undefined &&
			(this.#hashes || (kind === "config" && isSmall) || isAlias);
		if (isDue && isSmall) return this.#hash(path, digest, isAlias);
		try {
			const stat = lstatSync(path, { throwIfNoEntry: false });
			if (!stat || stat.isDirectory()) return MISSING_BLOB;
			if (stat.isSymbolicLink()) return symlink(path);
			if (!stat.isFile()) return unreadable("a pipe or device");
			if (isDue && (size === undefined || size === stat.size))
				this.hashTasks.push({ node, path, isAlias });
			return seenBlob(stat.size, known);
		} catch (error) {
			return blobFact(factOfDiskError(error, path));
		}
	}

	#hash(path: string, digest: string, isAlias: boolean): Fact {
		const read = readFile(path, SMALL_CONFIG);
		if (!("size" in read)) return blobFact(read);
		const { bytes, size } = read;
		if (!bytes) return seenBlob(size, undefined);
		this.bytes += size;
		const got = digestOf(bytes, knownAlgorithm(digest));
		if (!isAlias) this.#hashes?.set(digest, got);
		return seenBlob(size, got);
	}

	#settle(node: Node, { fact, successors }: ManifestLook): void {
		node.fact = fact;
		if (successors.length > 0) node.edges = this.#edgesTo(node, successors);
		this.#goOn(node);
	}

	#edgesTo(from: Node, successors: readonly Successor[]): Edge[] {
		const edges: Edge[] = [];
		for (const successor of successors) {
			// a weak link: it may be absent, and where it is not its own tags lead to it
			if (successor.role === "subject") continue;
			const to = this.#target(successor);
			const { mediaType, size } = successor.descriptor;
			const { kind } = successor;
			if (!to) this.problems.set(from, TOO_MANY);
			else edges.push({ to, kind, mediaType, size, platform: undefined });
		}
		return edges;
	}

	#target({ role, kind, descriptor }: Successor): Node | undefined {
		const { digest, data, mediaType } = descriptor;
		const isBlob = role === "blob";
		if (role === "foreign" || (isBlob && isInline(descriptor)))
			return makeNode(digest, "blob", { is: "whole" });
		const as = isBlob ? "blob" : "manifest";
		if (!knownAlgorithm(digest))
			return makeNode(digest, as, unknownAlgorithm(digest));
		const node = this.nodes.get(as, digest);
		if (node && isBlob && !node.fact)
			node.fact = this.#lookAtBlob(node, descriptor, kind);
		if (node && !isBlob && !node.fact && data && isInline(descriptor)) {
			const sent = { contentType: mediaType, headerDigest: undefined };
			this.#settle(node, readManifest({ bytes: data, ...sent }, digest));
		}
		return node;
	}

	#goOn(node: Node): void {
		descend(node, (manifest) => this.#queue.push(manifest));
	}
}

const TOO_MANY: Unlooked = {
	unlooked: "limit",
	detail: `more than ${MAX_NODES} manifests and blobs under 500 tags`,
};

function edgeTo(to: Node, kind: Kind): Edge {
	return { to, kind, mediaType: "", size: undefined, platform: undefined };
}

/** What is absent under a tag, in the words of a tag. */
function dangling(fact: Exclude<Fact, { readonly is: unknown }>): Fact {
	return "reason" in fact && fact.reason === "missing"
		? { ...fact, reason: "dangling-tag" }
		: fact;
}

function blobFact(fact: Bad | Unlooked): Bad | Unlooked {
	return "reason" in fact && fact.reason === "missing" ? MISSING_BLOB : fact;
}

/** A blob of which the size was seen, and with a digest all bytes. */
export function seenBlob(size: number, digest: string | undefined): Fact {
	return {
		is: "blob",
		reading: {
			claimedSize: size,
			bytesRead: digest === undefined ? 0 : size,
			cut: false,
			digest,
			weak: false,
		},
		depth: digest === undefined ? "head" : "full",
	};
}
