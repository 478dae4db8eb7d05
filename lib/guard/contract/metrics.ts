/** A metric family; all are gauges. */
export interface Metric {
	readonly name: string;
	readonly help: string;
	/** Label names besides the group's own (`job`, `instance`, `shard`). */
	readonly labels: readonly string[];
}

const PREFIX = "registry_manifest_integrity";

/** Every metric family the probe publishes; all are gauges. */
export const METRICS = {
	failures: {
		name: `${PREFIX}_failures`,
		labels: [],
		help: "broken tags: distinct (repository, tag) with a finding",
	},
	catalogAccessible: {
		name: `${PREFIX}_catalog_accessible`,
		labels: [],
		help: "1 if the catalog could be read",
	},
	catalogErrorInfo: {
		name: `${PREFIX}_catalog_error_info`,
		labels: ["reason"],
		help: "1, why the catalog could not be read",
	},
	reposChecked: {
		name: `${PREFIX}_repos_checked`,
		labels: [],
		help: "repositories looked at",
	},
	tagsChecked: {
		name: `${PREFIX}_tags_checked`,
		labels: [],
		help: "tags looked at",
	},
	indexesChecked: {
		name: `${PREFIX}_indexes_checked`,
		labels: [],
		help: "indexes looked at",
	},
	lastRun: {
		name: `${PREFIX}_last_run_timestamp`,
		labels: [],
		help: "unix seconds of the last run, whatever it saw",
	},
	lastSuccess: {
		name: `${PREFIX}_last_success_timestamp_seconds`,
		labels: [],
		help: "unix seconds of the last complete run",
	},
	brokenNodes: {
		name: `${PREFIX}_broken_nodes`,
		labels: ["reason", "kind"],
		help: "distinct bad nodes, every reason and kind",
	},
	brokenTagInfo: {
		name: `${PREFIX}_broken_tag_info`,
		labels: ["repository", "tag", "reason", "image", "in_use"],
		help: "1 for each broken tag, in-use first, at most 50",
	},
	brokenTagsTruncated: {
		name: `${PREFIX}_broken_tags_truncated`,
		labels: [],
		help: "broken tags left out of broken_tag_info",
	},
	inconclusive: {
		name: `${PREFIX}_inconclusive`,
		labels: ["reason"],
		help: "what could not be looked at, every reason",
	},
	repositories: {
		name: `${PREFIX}_repositories`,
		labels: [],
		help: "repositories in the catalog",
	},
	coverageRatio: {
		name: `${PREFIX}_coverage_ratio`,
		labels: [],
		help: "visited tags / listed tags",
	},
	blobsChecked: {
		name: `${PREFIX}_blobs_checked`,
		labels: [],
		help: "blobs looked at",
	},
	bytesHashed: {
		name: `${PREFIX}_bytes_hashed`,
		labels: [],
		help: "bytes read and hashed",
	},
	requests: {
		name: `${PREFIX}_requests`,
		labels: [],
		help: "requests sent to the registry",
	},
	throttled: {
		name: `${PREFIX}_throttled`,
		labels: [],
		help: "429 and 503 answers with or without Retry-After",
	},
	weakReads: {
		name: `${PREFIX}_weak_reads`,
		labels: [],
		help: "blobs whose last byte the registry would not serve by range",
	},
	runDuration: {
		name: `${PREFIX}_run_duration_seconds`,
		labels: [],
		help: "duration of the run",
	},
	probeInfo: {
		name: `${PREFIX}_probe_info`,
		labels: ["version"],
		help: "1, version of the guard",
	},
	tlsNotAfter: {
		name: "registry_tls_not_after_timestamp_seconds",
		labels: [],
		help: "unix seconds, end of the registry's certificate",
	},
} as const satisfies Record<string, Metric>;
/** Name of a family in code. */
export type MetricName = keyof typeof METRICS;

const SCAN_PREFIX = "registry_guard_scan";

/**
 * Every family of `guard scan --textfile`, for node_exporter's textfile folder; all are gauges with the label
 * `registry`, the name of the store's folder. A store that could not be looked at at all has no `lastRun`.
 */
export const SCAN_METRICS = {
	findings: {
		name: `${SCAN_PREFIX}_findings`,
		labels: ["registry"],
		help: "bad nodes that a tag reaches; never lowered by a scan that was not complete",
	},
	brokenTags: {
		name: `${SCAN_PREFIX}_broken_tags`,
		labels: ["registry"],
		help: "tags with a finding",
	},
	untagged: {
		name: `${SCAN_PREFIX}_untagged`,
		labels: ["registry"],
		help: "bad nodes that no tag reaches",
	},
	orphanLayerLinks: {
		name: `${SCAN_PREFIX}_orphan_layer_links`,
		labels: ["registry"],
		help: "layer links whose blob is gone; on a cache these are normal and not counted",
	},
	inconclusive: {
		name: `${SCAN_PREFIX}_inconclusive`,
		labels: ["registry"],
		help: "what could not be looked at",
	},
	complete: {
		name: `${SCAN_PREFIX}_complete`,
		labels: ["registry"],
		help: "1 if all of the store was looked at",
	},
	repositories: {
		name: `${SCAN_PREFIX}_repositories`,
		labels: ["registry"],
		help: "repositories on disk",
	},
	tags: {
		name: `${SCAN_PREFIX}_tags`,
		labels: ["registry"],
		help: "tags looked at",
	},
	blobs: {
		name: `${SCAN_PREFIX}_blobs`,
		labels: ["registry"],
		help: "blobs looked at",
	},
	bytesHashed: {
		name: `${SCAN_PREFIX}_bytes_hashed`,
		labels: ["registry"],
		help: "bytes read and hashed",
	},
	duration: {
		name: `${SCAN_PREFIX}_duration_seconds`,
		labels: ["registry"],
		help: "duration of the scan of this store",
	},
	lastRun: {
		name: `${SCAN_PREFIX}_last_run_timestamp_seconds`,
		labels: ["registry"],
		help: "unix seconds of the last scan that could look at this store",
	},
	lastSuccess: {
		name: `${SCAN_PREFIX}_last_success_timestamp_seconds`,
		labels: ["registry"],
		help: "unix seconds of the last scan that looked at all of this store",
	},
} as const satisfies Record<string, Metric>;
/** Name of a family of the scan in code. */
export type ScanMetricName = keyof typeof SCAN_METRICS;

/** Failure families: a partial run never lowers them. */
export const FAILURE_FAMILIES: readonly MetricName[] = [
	"failures",
	"brokenNodes",
	"brokenTagInfo",
	"brokenTagsTruncated",
];
/** All that a blind run may publish. */
export const BLIND_FAMILIES: readonly MetricName[] = [
	"catalogAccessible",
	"catalogErrorInfo",
	"lastRun",
	"inconclusive",
];

/** At most so many broken_tag_info series. */
export const BROKEN_TAG_LIMIT = 50;
/** At most so many finding lines in human text. */
export const TEXT_FINDING_LIMIT = 200;

/** Label of the Pushgateway group that only a sharded run has. */
export const SHARD_LABEL = "shard";
