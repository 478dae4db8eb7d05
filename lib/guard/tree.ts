import type { Kind } from "./contract";
import type { Finding, Inconclusive } from "./finding";
import type { Edge, Node } from "./graph";

/** What hangs under a reference, for people: one node with its verdict. */
export interface TreeNode {
	readonly kind: Kind;
	readonly digest: string;
	readonly mediaType: string;
	readonly size: number | undefined;
	/** `linux/arm64`, where the index says so. */
	readonly platform: string | undefined;
	readonly verdict: "ok" | "seen before" | Finding | Inconclusive;
	readonly children: readonly TreeNode[];
}

function typeOf({ mediaType, to: { fact } }: Edge): string {
	if (mediaType !== "" || !fact || !("is" in fact)) return mediaType;
	return fact.is === "manifest" ? fact.mediaType : "";
}

function sizeOf({ size, to: { fact } }: Edge): number | undefined {
	if (size !== undefined || !fact || !("is" in fact)) return size;
	if (fact.is === "manifest") return fact.size;
	return fact.is === "blob" ? fact.reading.claimedSize : undefined;
}

/**
 * The tree of a root. A node that comes again is `seen before` and shows no children; levels are limited by the walk,
 * so this nests no deeper.
 */
export function treeOf(
	root: Edge,
	verdictOf: (edge: Edge) => Finding | Inconclusive | undefined,
): TreeNode {
	const seen = new Set<Node>();
	const grow = (edge: Edge): TreeNode => {
		const { to, kind, platform } = edge;
		const isKnown = seen.has(to);
		seen.add(to);
		return {
			kind,
			digest: to.digest,
			mediaType: typeOf(edge),
			size: sizeOf(edge),
			platform,
			verdict: verdictOf(edge) ?? (isKnown ? "seen before" : "ok"),
			children: isKnown ? [] : to.edges.map(grow),
		};
	};
	return grow(root);
}
