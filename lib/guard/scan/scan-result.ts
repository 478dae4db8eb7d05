import type { Finding, Sight } from "../finding";

/** A finding of the disk scan; also what no tag reaches (then without tags). */
export interface ScanFinding extends Finding {
	/** Name of the store: of the folder that holds `docker/registry/v2`. */
	readonly store: string;
}

/** A layer link whose blob is gone, as a collection leaves them; if a tag needs it there is a finding as well. */
export interface OrphanLayerLink {
	readonly store: string;
	readonly repository: string;
	readonly digest: string;
}

/** What the scan saw of one store. */
export interface ScannedStore extends Sight {
	readonly name: string;
	readonly path: string;
	/** A pull-through cache: what is absent was not pulled yet. */
	readonly isCache: boolean;
	readonly findings: readonly ScanFinding[];
	/** Bad nodes that no tag reaches, at most 1000 of them. */
	readonly untagged: readonly ScanFinding[];
	/** Bad nodes that no tag reaches, all of them. */
	readonly untaggedCount: number;
	/** At most 1000 of them. */
	readonly orphanLayerLinks: readonly OrphanLayerLink[];
	readonly orphanLayerLinkCount: number;
	/** What could not be looked at, all of it. */
	readonly inconclusiveCount: number;
	readonly durationSeconds: number;
}

/** What the scan saw of all stores below its base. */
export interface ScanResult extends Sight {
	readonly findings: readonly ScanFinding[];
	/** Bad nodes that no tag reaches: information, never the exit code. */
	readonly untagged: readonly ScanFinding[];
	readonly orphanLayerLinks: readonly OrphanLayerLink[];
	readonly stores: readonly ScannedStore[];
}
