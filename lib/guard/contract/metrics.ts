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
