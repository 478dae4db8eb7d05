import type { RegistryClient } from "../oci/client";
import type { Reference } from "../oci/reference";
import type { Kind, ProbeMode } from "./contract";
import type { Finding, Inconclusive, Sight, Target } from "./finding";

export interface VerifyOptions {
	readonly targets: readonly {
		readonly ref: Reference;
		readonly client: RegistryClient;
		readonly expectChallenge: boolean;
	}[];
	readonly mode: ProbeMode;
	readonly concurrency: number;
	readonly deadline: number;
	readonly referrers: boolean;
	readonly expectEqual: boolean;
}

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

export interface VerifyResult extends Sight {
	readonly targets: readonly Target[];
	/** One a target, undefined where the root could not be fetched. */
	readonly trees: readonly (TreeNode | undefined)[];
}

/** Walks just these references. Never throws for what a registry does. */
export async function verify(_options: VerifyOptions): Promise<VerifyResult> {
	throw new Error("not built yet");
}
