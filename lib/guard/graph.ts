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
