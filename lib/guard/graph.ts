import type { BlobDepth, BlobReading } from "../oci/client";
import type { Kind } from "./contract";
import type { Bad, Unlooked } from "./verdict";

/** What looking at a node showed, whoever refers to it. */
export type Fact =
	| {
			readonly is: "manifest";
			readonly mediaType: string;
			/** Lists other manifests. */
			readonly isIndex: boolean;
			/** undefined: its length means nothing (schema1). */
			readonly size: number | undefined;
			/** Wrong whatever a descriptor says. */
			readonly bad: Bad | undefined;
	  }
	| {
			readonly is: "blob";
			readonly reading: BlobReading;
			readonly depth: BlobDepth;
	  }
	/** Nothing to look at: inline content that proved itself, a layer that is somebody else's. */
	| { readonly is: "whole" }
	| Bad
	| Unlooked;

/** Indexes inside indexes, the tag's own included. */
export const MAX_INDEX_DEPTH = 8;
/** Manifests and blobs of one repository that are in memory at a time. */
export const MAX_NODES = 100_000;

export type Role = "manifest" | "blob";

/** Content of one repository, looked at once however many refer to it. */
export interface Node {
	readonly digest: string;
	readonly role: Role;
	/** Smallest number of manifests on a way from a tag to here, itself included. */
	level: number;
	isQueued: boolean;
	fact: Fact | undefined;
	/** What a manifest refers to. */
	edges: readonly Edge[];
}

/** A descriptor on its way to a node. */
export interface Edge {
	readonly to: Node;
	readonly kind: Kind;
	/** "" where the descriptor has none. */
	readonly mediaType: string;
	readonly size: number | undefined;
	/** `linux/arm64`, where the descriptor says so. */
	readonly platform: string | undefined;
}

/** Where a walk begins: a tag, or the digest that somebody asked for. */
export interface Root {
	readonly reference: string;
	readonly isTag: boolean;
	/** undefined as long as it was not looked at. */
	edge: Edge | undefined;
}

/** Shared by all nodes that refer to nothing. */
export const NO_EDGES: readonly Edge[] = [];

export function makeNode(digest: string, role: Role, fact?: Fact): Node {
	return {
		digest,
		role,
		level: Number.POSITIVE_INFINITY,
		isQueued: false,
		fact,
		edges: NO_EDGES,
	};
}

/** The nodes of one repository by digest, each once. */
export class Nodes {
	readonly manifests = new Map<string, Node>();
	readonly blobs = new Map<string, Node>();
	readonly #most: number;

	/** @param most of both together */
	constructor(most: number) {
		this.#most = most;
	}

	/** The node of a digest; undefined where there is none and no room for one more. */
	get(role: Role, digest: string): Node | undefined {
		const { manifests, blobs } = this;
		const of = role === "blob" ? blobs : manifests;
		let node = of.get(digest);
		if (!node && manifests.size + blobs.size < this.#most) {
			node = makeNode(digest, role);
			of.set(digest, node);
		}
		return node;
	}
}

/**
 * Goes on to the manifests that a manifest refers to, and to theirs where they are known; those that are not looked at
 * yet are queued, each once. A child that is reached on a shorter way than before goes through this again: what was too
 * deep may be within the limit now. Every call is one level deeper, so this neither nests nor repeats more than
 * MAX_INDEX_DEPTH times.
 */
export function descend(node: Node, queue: (manifest: Node) => void): void {
	const level = node.level + 1;
	for (const { to, kind } of node.edges) {
		if (to.role !== "manifest" || level >= to.level) continue;
		if (level > MAX_INDEX_DEPTH + (kind === "index" ? 0 : 1)) continue;
		to.level = level;
		if (to.fact) descend(to, queue);
		else if (!to.isQueued) {
			to.isQueued = true;
			queue(to);
		}
	}
}
