import type { Node } from "./graph";

/** What was looked at, by what it is. */
export interface Tally {
	indexes: number;
	manifests: number;
	blobs: number;
	weakReads: number;
}

export const emptyTally = (): Tally => ({
	indexes: 0,
	manifests: 0,
	blobs: 0,
	weakReads: 0,
});

/** Adds nodes to a tally; those that were not looked at do not count. */
export function addNodes(tally: Tally, nodes: Iterable<Node>): void {
	for (const { role, fact } of nodes) {
		if (!fact || "unlooked" in fact) continue;
		const seen = "is" in fact ? fact : undefined;
		if (seen?.is === "whole") continue;
		if (role === "blob") {
			tally.blobs++;
			if (seen?.is === "blob" && seen.reading.weak) tally.weakReads++;
		} else if (seen?.is === "manifest" && seen.isIndex) tally.indexes++;
		else tally.manifests++;
	}
}

/** Adds one tally to another. */
export function addTally(
	to: Tally,
	{ indexes, manifests, blobs, weakReads }: Tally,
): void {
	to.indexes += indexes;
	to.manifests += manifests;
	to.blobs += blobs;
	to.weakReads += weakReads;
}
