import type { InconclusiveReason, Reason } from "./contract";

/** An absence, or bytes, that contradict what refers to them. Texts are for people. */
export interface Bad {
	readonly reason: Reason;
	readonly expected: string | null;
	readonly got: string | null;
}

/** Could not be looked at: says nothing about the content. */
export interface Unlooked {
	readonly unlooked: InconclusiveReason;
	readonly detail: string;
}

/** undefined: whole. */
export type Verdict = Bad | Unlooked | undefined;

export function isUnlooked(verdict: Bad | Unlooked): verdict is Unlooked {
	return "unlooked" in verdict;
}
