/**
 * The hinge of everything others script against: subcommands, flags, environment, exit codes, closed label sets and
 * metrics of the guard. The runtime implements it, constructs and alerts quote it, the tables in docs/ are generated
 * from it. It imports nothing, so every room may read it.
 */

export const COMMANDS = {
	probe: "walk all of a registry, publish metrics",
	verify:
		"walk just these references, byte for byte, and print a tree per reference",
	doctor:
		"name, TCP, TLS, auth, catalog, Pushgateway: one line each, first failure explained",
	forget: "delete a retired registry's Pushgateway groups",
} as const;
export type Command = keyof typeof COMMANDS;

/** Process exit codes. A finding and "could not look" are never the same code. */
export const EXIT = {
	clean: 0,
	findings: 1,
	usage: 2,
	couldNotLook: 3,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const PROBE_MODES = ["head", "tail", "full"] as const;
export type ProbeMode = (typeof PROBE_MODES)[number];

export const KINDS = [
	"tag",
	"index",
	"manifest",
	"attestation",
	"config",
	"layer",
	"referrer",
] as const;
/** What a bad node is. */
export type Kind = (typeof KINDS)[number];

/** Why a node is bad; where a tag has several, the first in this order is what metrics and text show. */
export const REASONS = [
	"missing",
	"size",
	"digest",
	"media-type",
	"unreadable",
	"invalid",
	"dangling-tag",
	"mismatch",
] as const;
export type Reason = (typeof REASONS)[number];

export const INCONCLUSIVE_REASONS = [
	"auth",
	"tls",
	"dns",
	"network",
	"throttled",
	"server-error",
	"protocol",
	"wrong-backend",
	"deadline",
	"limit",
	"algorithm",
	"moved",
	"catalog-shrunk",
] as const;
/** Why something could not be looked at. */
export type InconclusiveReason = (typeof INCONCLUSIVE_REASONS)[number];

/** Inconclusive reasons that make a run `partial`; the rest (`limit`, `algorithm`, `moved`) leave a probe complete. */
export const PARTIAL_REASONS: ReadonlySet<InconclusiveReason> = new Set([
	"auth",
	"tls",
	"dns",
	"network",
	"throttled",
	"server-error",
	"protocol",
	"wrong-backend",
	"catalog-shrunk",
	"deadline",
]);

export const OUTCOMES = ["complete", "partial", "blind"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const REPAIR_ACTIONS = [
	"relink",
	"repush",
	"replace-file",
	"rebuild",
] as const;
export type RepairAction = (typeof REPAIR_ACTIONS)[number];

export const IN_USE = ["true", "false", "unknown"] as const;
export type InUseLabel = (typeof IN_USE)[number];

/** Who gives a variable its value: our CronJob (`construct`), Kubernetes itself, or only a person or a pipeline. */
export type SetBy = "construct" | "kubernetes" | "cli";

export interface Option {
	/** Long flag without dashes; absent where only the environment sets it. */
	readonly flag?: string;
	/** Environment variable; absent where only the flag sets it. */
	readonly env?: string;
	/** Placeholder of the value in the help; absent for a switch. */
	readonly value?: string;
	readonly repeatable?: boolean;
	readonly commands: readonly Command[];
	/** The default as the help prints it; absent: none. */
	readonly default?: string;
	readonly setBy: SetBy;
	readonly help: string;
}

const all = ["probe", "verify", "doctor", "forget"] as const;
const walks = ["probe", "verify"] as const;
const looks = ["probe", "verify", "doctor"] as const;

/** Every flag and every variable of the guard, once. Flags beat the environment. */
export const OPTIONS = {
	registryUrl: {
		env: "REGISTRY_URL",
		value: "URL",
		commands: looks,
		setBy: "construct",
		help: "the registry; http:// only for loopback or with REGISTRY_PLAIN_HTTP=true",
	},
	registryHost: {
		env: "REGISTRY_HOST",
		value: "HOST[:PORT]",
		commands: looks,
		setBy: "cli",
		help: "the registry, https; used when REGISTRY_URL is not set",
	},
	plainHttp: {
		env: "REGISTRY_PLAIN_HTTP",
		value: "true|false",
		commands: looks,
		default: "false",
		setBy: "construct",
		help: "allow an http:// registry that is not on loopback",
	},
	instance: {
		flag: "instance",
		env: "REGISTRY_INSTANCE",
		value: "NAME",
		commands: ["probe", "doctor"],
		default: "host[:port] of the registry",
		setBy: "construct",
		help: "the instance label of the metrics",
	},
	user: {
		env: "REG_USER",
		value: "USER",
		commands: looks,
		setBy: "construct",
		help: "user name, with REG_PASS; for the registry or the one host that the REFs name",
	},
	password: {
		env: "REG_PASS",
		value: "PASSWORD",
		commands: looks,
		setBy: "construct",
		help: "password or token, with REG_USER",
	},
	userFile: {
		env: "REG_USER_FILE",
		value: "FILE",
		commands: looks,
		setBy: "cli",
		help: "file that holds the user name, instead of REG_USER",
	},
	passwordFile: {
		env: "REG_PASS_FILE",
		value: "FILE",
		commands: looks,
		setBy: "cli",
		help: "file that holds the password, instead of REG_PASS",
	},
	authFile: {
		flag: "auth-file",
		env: "REGISTRY_AUTH_FILE",
		value: "FILE",
		commands: looks,
		setBy: "cli",
		help: "docker config.json with an entry per host",
	},
	caFile: {
		flag: "ca-file",
		env: "REGISTRY_CA_FILE",
		value: "FILE",
		commands: looks,
		setBy: "construct",
		help: "PEM bundle of a private CA, added to Node's built-in roots",
	},
	realmHosts: {
		flag: "realm-hosts",
		env: "REGISTRY_REALM_HOSTS",
		value: "HOST,...",
		commands: looks,
		default: "the registry's own host",
		setBy: "construct",
		help: "further hosts that may be sent credentials for a token",
	},
	pullHosts: {
		flag: "pull-hosts",
		env: "REGISTRY_PULL_HOSTS",
		value: "HOST,...",
		commands: walks,
		default: "host[:port] of the registry",
		setBy: "construct",
		help: "how pods write this registry; for image labels and in-use",
	},
	mode: {
		flag: "mode",
		env: "PROBE_MODE",
		value: PROBE_MODES.join("|"),
		commands: walks,
		default: "probe tail, verify full",
		setBy: "construct",
		help: "how deep a blob is looked at: status and length, its last byte, or the hash of all bytes",
	},
	fullRotation: {
		flag: "full-rotation",
		env: "PROBE_FULL_ROTATION",
		value: "N",
		commands: ["probe"],
		default: "0",
		setBy: "construct",
		help: "hash every blob once in N runs; 0 is off",
	},
	tagsPerRepo: {
		flag: "tags-per-repo",
		env: "TAGS_PER_REPO",
		value: "N",
		commands: ["probe"],
		default: "0",
		setBy: "construct",
		help: "look at N tags a repository and run, rotating; latest and in-use always; 0 is all",
	},
	repo: {
		flag: "repo",
		env: "PROBE_REPOS",
		value: "GLOB",
		repeatable: true,
		commands: ["probe"],
		setBy: "cli",
		help: "only these repositories (* stops at /, ** does not); not together with a push",
	},
	shard: {
		flag: "shard",
		value: "I/N",
		commands: ["probe"],
		setBy: "cli",
		help: "only the repositories whose hash falls on shard I of N, counted from 0",
	},
	shards: {
		env: "SHARDS",
		value: "N",
		commands: ["probe"],
		setBy: "construct",
		help: "number of shards; the index is JOB_COMPLETION_INDEX",
	},
	completionIndex: {
		env: "JOB_COMPLETION_INDEX",
		value: "I",
		commands: ["probe"],
		setBy: "kubernetes",
		help: "index of this shard, set by an Indexed Job",
	},
	concurrency: {
		flag: "concurrency",
		env: "PROBE_CONCURRENCY",
		value: "N",
		commands: walks,
		default: "8",
		setBy: "construct",
		help: "ceiling of the adaptive number of requests under way",
	},
	deadline: {
		flag: "deadline",
		env: "PROBE_DEADLINE",
		value: "DURATION",
		commands: looks,
		default: "10m",
		setBy: "construct",
		help: "what is not looked at by then is inconclusive (90s, 10m)",
	},
	windowLength: {
		flag: "window-length",
		value: "DURATION",
		commands: ["probe"],
		default: "15m",
		setBy: "cli",
		help: "length of a rotation window; its number is floor(now / length)",
	},
	scheduleSeconds: {
		env: "PROBE_SCHEDULE_SECONDS",
		value: "SECONDS",
		commands: ["probe"],
		setBy: "construct",
		help: "length of a rotation window as a whole number of seconds",
	},
	minRepositories: {
		flag: "min-repositories",
		env: "MIN_REPOSITORIES",
		value: "N",
		commands: ["probe"],
		default: "1",
		setBy: "construct",
		help: "a smaller catalog is inconclusive (catalog-shrunk)",
	},
	inUse: {
		flag: "in-use",
		env: "PROBE_IN_USE",
		value: "kubernetes",
		commands: ["probe"],
		setBy: "construct",
		help: "ask the cluster which images its pod templates name, with the pod's own token",
	},
	push: {
		flag: "push",
		env: "PUSHGATEWAY",
		value: "URL",
		commands: ["probe", "doctor", "forget"],
		setBy: "construct",
		help: "Pushgateway to publish to",
	},
	job: {
		flag: "job",
		env: "PUSH_JOB",
		value: "NAME",
		commands: ["probe", "forget"],
		default: "registry-integrity-probe",
		setBy: "construct",
		help: "job label of the Pushgateway group",
	},
	metrics: {
		flag: "metrics",
		commands: ["probe"],
		setBy: "cli",
		help: "exposition text on stdout instead of human text",
	},
	report: {
		flag: "report",
		value: "FILE",
		commands: walks,
		setBy: "cli",
		help: "write the JSON report to a file as well",
	},
	json: {
		flag: "json",
		commands: all,
		setBy: "cli",
		help: "JSON on stdout instead of human text",
	},
	exitZero: {
		flag: "exit-zero",
		env: "PROBE_EXIT_ZERO",
		commands: walks,
		default: "false",
		setBy: "construct",
		help: "findings do not count for the exit code",
	},
	expectEqual: {
		flag: "expect-equal",
		commands: ["verify"],
		setBy: "cli",
		help: "all REFs must hold the same digest",
	},
	referrers: {
		flag: "referrers",
		commands: walks,
		setBy: "cli",
		help: "also ask the referrers API, a request per manifest",
	},
} as const satisfies Record<string, Option>;
export type OptionName = keyof typeof OPTIONS;

/** Variables that a pod finds in its environment because Kubernetes put them there; read only with in-use. */
export const KUBERNETES_ENV = [
	"KUBERNETES_SERVICE_HOST",
	"KUBERNETES_SERVICE_PORT",
] as const;

/** Keys of the Secret that the CronJob reads its credentials from. */
export const SECRET_KEYS = {
	user: OPTIONS.user.env,
	password: OPTIONS.password.env,
} as const;

/** Default Pushgateway job; also the name of the private registry's CronJob. */
export const DEFAULT_JOB = "registry-integrity-probe";

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
