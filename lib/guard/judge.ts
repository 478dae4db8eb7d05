import type { BlobDepth, BlobReading } from "../oci/client";
import { bareMediaType, isSchema1Type } from "../oci/media-type";
import type { Edge } from "./graph";
import type { Bad, Verdict } from "./verdict";

const bytes = (count: number) => `${count} byte${count === 1 ? "" : "s"}`;

function wrongSize(expected: number | undefined, got: string): Bad {
	return {
		reason: "size",
		expected: expected === undefined ? null : bytes(expected),
		got,
	};
}

/** What a reading of a blob says about a descriptor of it. Status and headers prove nothing, only bytes do. */
export function judgeBlob(
	digest: string,
	size: number | undefined,
	reading: BlobReading,
	depth: BlobDepth,
): Bad | undefined {
	const { claimedSize, bytesRead, cut } = reading;
	if (size !== undefined && claimedSize !== undefined && claimedSize !== size)
		return wrongSize(size, bytes(claimedSize));
	if (
		cut ||
		(depth === "tail" && bytesRead === 0 && (size ?? claimedSize) !== 0)
	)
		return wrongSize(
			size ?? claimedSize,
			depth === "tail"
				? "no byte at its end: the registry remembers a size and has no such file"
				: `${bytes(bytesRead)}, then the end`,
		);
	// a body of no announced length
	if (
		size !== undefined &&
		(bytesRead > size || (depth === "full" && bytesRead < size))
	)
		return wrongSize(
			size,
			bytesRead > size ? `more than ${bytes(size)}` : bytes(bytesRead),
		);
	if (reading.digest === undefined || reading.digest === digest) return;
	return { reason: "digest", expected: digest, got: reading.digest };
}

function judgeType(edge: Edge, mediaType: string): Bad | undefined {
	const expected = bareMediaType(edge.mediaType);
	if (expected === "" || mediaType === "" || expected === mediaType) return;
	// signed and unsigned go by two names
	if (isSchema1Type(expected) && isSchema1Type(mediaType)) return;
	return { reason: "media-type", expected, got: mediaType };
}

/** What is known of a node, judged against one descriptor of it; undefined also where nothing is known yet. */
export function judge(edge: Edge): Verdict {
	const { fact, digest } = edge.to;
	if (!fact) return;
	if (!("is" in fact)) return fact;
	if (fact.is === "whole") return;
	if (fact.is === "blob")
		return judgeBlob(digest, edge.size, fact.reading, fact.depth);
	if (
		edge.size !== undefined &&
		fact.size !== undefined &&
		fact.size !== edge.size
	)
		return wrongSize(edge.size, bytes(fact.size));
	return fact.bad ?? judgeType(edge, fact.mediaType);
}
