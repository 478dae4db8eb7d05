import type { RegistryClient } from "../oci/client";
import type { BrokenTag } from "./broken-tags";
import type { InconclusiveReason, ProbeMode, Reason } from "./contract";
import { closedDoor } from "./entrance";
import type { Sight } from "./finding";
import { parseGlob } from "./glob";
import { ProbeRun } from "./probe-run";
import { shardOf } from "./shard";

export type { BrokenTag } from "./broken-tags";

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
	/** Once it aborts nothing new is walked, as at the deadline; what looks bad is still looked at a second time. */
	readonly stop?: AbortSignal;
}

export interface ProbeProgress {
	readonly repositories: number;
	readonly repositoriesTotal: number;
	readonly tags: number;
	readonly findings: number;
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

/** Whether this run looks at a repository at all. */
function ownership({ repos, shard }: ProbeOptions): (name: string) => boolean {
	const globs = repos.map(parseGlob);
	return (name) =>
		(globs.length === 0 || globs.some((matches) => matches(name))) &&
		shardOf(name, shard.count) === shard.index;
}

/** Walks a registry, or one shard of it. Never throws for what the registry does. */
export async function probe(options: ProbeOptions): Promise<ProbeResult> {
	const run = new ProbeRun(options, ownership(options));
	const closed = await closedDoor(options.client, options.expectChallenge);
	if (closed) return run.blind(closed);
	await run.walk();
	await run.settle();
	return run.result();
}
