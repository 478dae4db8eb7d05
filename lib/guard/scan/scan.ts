import type { ScanResult } from "./scan-result";

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
	/** A line per orphan index and per layer link that is listed or removed. */
	readonly log?: (line: string) => void;
	readonly onProgress?: (progress: ScanProgress) => void;
}

/**
 * Looks at the storage of distribution registries (2.8 and 3.x, filesystem driver) on disk, from every tag. Never
 * throws for what is on the disk; what cannot be looked at is inconclusive. Changes nothing unless `layerLinks` is
 * `remove`.
 */
export async function scan(options: ScanOptions): Promise<ScanResult> {
	throw new Error(`scan of ${options.base}: not built yet`);
}
