import type { RegistryClient } from "../oci/client";
import type { InconclusiveReason, ProbeMode, Reason } from "./contract";
import type { Sight } from "./finding";

export interface ProbeOptions {
	readonly client: RegistryClient;
	/** Credentials were given: a registry that does not ask for any is `wrong-backend`. */
	readonly expectChallenge: boolean;
	readonly mode: ProbeMode;
	/** 0 is off; N: every blob is hashed once in N windows. */
	readonly fullRotation: number;
	/** 0 is all. */
	readonly tagsPerRepo: number;
	/** Rotation window: floor(now / window length). */
	readonly window: number;
	readonly shard: { readonly index: number; readonly count: number };
	/** Repository globs; empty is all. */
	readonly repos: readonly string[];
	readonly minRepositories: number;
	readonly concurrency: number;
	/** Milliseconds since the epoch. */
	readonly deadline: number;
	readonly referrers: boolean;
	/** Image references that run in the cluster; undefined where nobody asked or the cluster did not answer. */
	readonly inUse: ReadonlySet<string> | undefined;
	readonly pullHosts: readonly string[];
	/** Tags that the last runs found broken: walked whatever the rotation, in `full` mode where the reason is `digest`. */
	readonly revisit: readonly {
		readonly repository: string;
		readonly tag: string;
		readonly reason: Reason;
	}[];
	readonly onProgress?: (progress: ProbeProgress) => void;
}

export interface ProbeProgress {
	readonly repositories: number;
	readonly repositoriesTotal: number;
	readonly tags: number;
	readonly findings: number;
}

export interface BrokenTag {
	readonly repository: string;
	readonly tag: string;
	/** The first in the contract's order where the tag has several. */
	readonly reason: Reason;
	readonly inUse: boolean | null;
}

export interface ProbeResult extends Sight {
	/** Size of the catalog, of this shard where there are several. */
	readonly listedRepositories: number;
	readonly listedTags: number;
	/** Sorted, in-use first. */
	readonly broken: readonly BrokenTag[];
	/** Why the catalog could not be read (to its end: then the run is partial); undefined where it could. */
	readonly catalogError: InconclusiveReason | undefined;
	/** True numbers for the metrics: the list is cut to a bounded length, its last entry of a reason says by how many. */
	readonly inconclusiveCounts: Readonly<Record<InconclusiveReason, number>>;
}

/** Walks a registry, or one shard of it. Never throws for what the registry does. */
export async function probe(_options: ProbeOptions): Promise<ProbeResult> {
	throw new Error("not built yet");
}
