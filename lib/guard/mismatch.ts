import type { Finding } from "./finding";
import { planRepair } from "./repair";

/** A reference and the digest it holds. */
export interface Held {
	/** Of the registry. */
	readonly origin: string;
	readonly repository: string;
	/** Tag or digest. */
	readonly reference: string;
	readonly digest: string | null;
}

/**
 * The references that do not hold what the first of them holds, a finding each; undefined for all others, and for one
 * that holds nothing: that is a finding, or inconclusive, already.
 */
export function mismatches(
	held: readonly Held[],
): readonly (Finding | undefined)[] {
	const first = held.find(({ digest }) => digest !== null);
	return held.map(({ origin, repository, reference, digest }) => {
		if (!first || digest === null || digest === first.digest) return undefined;
		const finding = {
			repository,
			tags: reference.includes(":") ? [] : [reference],
			digest,
			path: [],
			kind: "tag",
			reason: "mismatch",
			expected: first.digest,
			got: digest,
			inUse: null,
		} as const;
		const host = first.origin.slice(first.origin.indexOf("//") + 2);
		const copy = `${host}/${first.repository}@${first.digest}`;
		return { ...finding, repair: planRepair(finding, origin, digest, copy) };
	});
}
