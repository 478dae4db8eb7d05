import type {
	InconclusiveReason,
	Kind,
	Outcome,
	Reason,
	RepairAction,
} from "./contract";
import type { Diagnosis } from "./scan/diagnosis";

/** One step of the way from a tag to a bad node, the node itself included. */
export interface PathStep {
	readonly kind: Kind;
	readonly digest: string;
}

/** What to do about a finding; commands name only programs that exist (skopeo, crane, curl, guard). */
export interface Repair {
	readonly action: RepairAction;
	readonly commands: readonly string[];
}

/** A bad node, once per (repository, node); `tags` are all tags that reach it. Field order is the report's. */
export interface Finding {
	readonly repository: string;
	readonly tags: readonly string[];
	readonly digest: string | null;
	readonly path: readonly PathStep[];
	readonly kind: Kind;
	readonly reason: Reason;
	readonly expected: string | null;
	readonly got: string | null;
	readonly inUse: boolean | null;
	readonly repair: Repair;
}

/** Something that could not be looked at; never a finding. */
export interface Inconclusive {
	readonly repository?: string;
	readonly tag?: string;
	readonly digest?: string;
	readonly reason: InconclusiveReason;
	readonly detail: string;
}

/** What a walk looked at, and what that cost. */
export interface Counts {
	/** Repositories visited. */
	repositories: number;
	/** Tags visited. */
	tags: number;
	brokenTags: number;
	indexes: number;
	manifests: number;
	blobs: number;
	/** Requests sent to the registry, retries included. */
	requests: number;
	/** Bytes read and hashed. */
	bytes: number;
	weakReads: number;
}

/** What a walk saw: the part of a report that does not depend on who asked. */
export interface Sight {
	readonly outcome: Outcome;
	readonly counts: Counts;
	readonly findings: readonly Finding[];
	readonly inconclusive: readonly Inconclusive[];
}

/** One reference of `verify`. */
export interface Target extends Sight {
	readonly ref: string;
	readonly registry: string;
	readonly digest: string | null;
}

/** The JSON report, schema 1 (`docs/report.schema.json`). */
export interface Report extends Sight {
	readonly schema: 1;
	readonly version: string;
	readonly command: "probe" | "verify" | "scan";
	/** Origin of the registry; null where `verify` named several, and for `scan`. */
	readonly registry: string | null;
	readonly instance: string | null;
	readonly mode: "head" | "tail" | "full";
	/** RFC 3339. */
	readonly started: string;
	readonly durationSeconds: number;
	/** null: no push was asked for. */
	readonly pushed: boolean | null;
	readonly targets?: readonly Target[];
	/** `scan`: what no tag reaches, for information. */
	readonly untagged?: readonly Finding[];
	/** `scan`: layer links whose blob is gone, for information. */
	readonly orphanLayerLinks?: readonly {
		readonly store: string;
		readonly repository: string;
		readonly digest: string;
	}[];
	/** `scan --http-report`: what the disk and HTTP say of each node that one of them calls bad. */
	readonly diagnoses?: readonly Diagnosis[];
}
