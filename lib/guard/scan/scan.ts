import type { Outcome } from "../contract";
import type { Counts } from "../finding";
import { inconclusiveOf, Ledger } from "../ledger";
import { findStores } from "./find-stores";
import type { ScannedStore, ScanResult } from "./scan-result";
import { scanStore } from "./scan-store";
import type { StartThread } from "./scan-thread";

/** Where a scan is. */
export interface ScanProgress {
	readonly store: string;
	readonly repositories: number;
	readonly tags: number;
	readonly findings: number;
}

export interface ScanOptions {
	/** One store (a folder with `docker/registry/v2` below it), or a parent of stores. */
	readonly base: string;
	/** Hash every blob; else blobs are held against their sizes, manifests and small configs hashed all the same. */
	readonly full: boolean;
	/** Every store is a pull-through cache; else the store's own configuration says so. */
	readonly cache: boolean;
	/** Layer links whose blob is gone: left alone, told to `log`, or removed and told. @default "leave" */
	readonly layerLinks?: "leave" | "list" | "remove";
	/** Once it aborts nothing new is looked at; what is left is `deadline`. */
	readonly stop?: AbortSignal;
	/** For a second thread, where there is a processor for it. */
	readonly startThread?: StartThread;
	/** A line per layer link that is listed or removed, and for a thread that died. */
	readonly log?: (line: string) => void;
	readonly onProgress?: (progress: ScanProgress) => void;
}

/**
 * Looks at the storage of distribution registries (2.8 and 3.x, filesystem driver) on disk, from every tag. Never
 * throws for what is on the disk; what cannot be looked at is inconclusive. Changes nothing unless `layerLinks` is
 * `remove`.
 */
export async function scan(options: ScanOptions): Promise<ScanResult> {
	const { base, cache } = options;
	const found = findStores(base, cache);
	const stores: ScannedStore[] = [];
	for (const store of found.stores)
		stores.push(await scanStore(store, options));
	const ledger = new Ledger();
	for (const trouble of found.troubles) ledger.add(inconclusiveOf(trouble));
	return {
		outcome: outcomeOf(stores, found.troubles.length === 0),
		counts: sumOf(stores),
		findings: stores.flatMap(({ findings }) => findings),
		inconclusive: [
			...ledger.list(),
			...stores.flatMap(({ inconclusive }) => inconclusive),
		],
		untagged: stores.flatMap(({ untagged }) => untagged),
		orphanLayerLinks: stores.flatMap(
			({ orphanLayerLinks }) => orphanLayerLinks,
		),
		stores,
	};
}

function outcomeOf(
	stores: readonly ScannedStore[],
	isAllFound: boolean,
): Outcome {
	const isEvery = (outcome: Outcome) =>
		stores.every((store) => store.outcome === outcome);
	if (isEvery("blind")) return "blind";
	return isAllFound && isEvery("complete") ? "complete" : "partial";
}

function sumOf(stores: readonly ScannedStore[]): Counts {
	const sum: Counts = {
		repositories: 0,
		tags: 0,
		brokenTags: 0,
		indexes: 0,
		manifests: 0,
		blobs: 0,
		requests: 0,
		bytes: 0,
		weakReads: 0,
	};
	for (const { counts } of stores)
		for (const name of Object.keys(sum) as (keyof Counts)[])
			sum[name] += counts[name];
	return sum;
}
