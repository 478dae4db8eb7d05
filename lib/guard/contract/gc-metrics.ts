import type { Metric } from "./metrics";

const PREFIX = "registry_guard_gc";

/**
 * What a safe collection says in `registry_guard_gc_<name>.prom`, all gauges with the label `registry`. The gate writes
 * `lost` and `openSince`, the collection on the host the others.
 */
export const GC_METRICS = {
	lost: {
		name: `${PREFIX}_lost`,
		labels: ["registry"],
		help: "tags and manifests that were whole before the last collection and are not after it",
	},
	openSince: {
		name: `${PREFIX}_open_since_timestamp_seconds`,
		labels: ["registry"],
		help: "unix seconds since when the gate is open; 0 when it is closed",
	},
	success: {
		name: `${PREFIX}_success`,
		labels: ["registry"],
		help: "1 if the last collection went through and nothing was lost",
	},
	lastRun: {
		name: `${PREFIX}_last_run_timestamp_seconds`,
		labels: ["registry"],
		help: "unix seconds of the last collection, however it ended",
	},
	lastSuccess: {
		name: `${PREFIX}_last_success_timestamp_seconds`,
		labels: ["registry"],
		help: "unix seconds of the last collection that went through",
	},
	failedStep: {
		name: `${PREFIX}_failed_step_info`,
		labels: ["registry", "step"],
		help: "1, the step at which the last collection failed",
	},
	deletedBlobs: {
		name: `${PREFIX}_deleted_blobs`,
		labels: ["registry"],
		help: "blobs that the last collection deleted",
	},
	reclaimedBytes: {
		name: `${PREFIX}_reclaimed_bytes`,
		labels: ["registry"],
		help: "bytes of disk that the last collection gave back",
	},
} as const satisfies Record<string, Metric>;

/** 1 if every file of the bundle on the VM is the one of its manifest of hashes; no label. */
export const BUNDLE_MATCHES = {
	name: "registry_guard_bundle_matches",
	labels: [],
	help: "1 if every file of the bundle is as it was rendered",
} as const satisfies Metric;
