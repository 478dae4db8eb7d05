import type { Node } from "./graph";
import { judgeBlob } from "./judge";
import type { Neighbour, Neighbours } from "./neighbour";
import type { Walk } from "./walk";

function first(
	repository: string,
	nodes: Iterable<Node>,
): Neighbour | undefined {
	for (const { digest, fact } of nodes) {
		if (!fact || !("is" in fact) || fact.is === "whole") continue;
		if (fact.is === "manifest") {
			if (!fact.bad) return { repository, digest, size: undefined };
			continue;
		}
		const { reading, depth } = fact;
		const size = reading.claimedSize;
		if (!judgeBlob(digest, size, reading, depth))
			return { repository, digest, size };
	}
	return undefined;
}

/** A manifest and a blob of a walk that were whole. */
export function neighboursIn({
	repository,
	nodes: { manifests, blobs },
}: Walk): Neighbours {
	return {
		manifest: first(repository, manifests.values()),
		blob: first(repository, blobs.values()),
	};
}
