import { HOST_OPTIONS } from "./host-options";
import { STACK_OPTIONS } from "./stack-options";
import { type Option, PROBE_MODES } from "./values";

const all = ["probe", "verify", "doctor", "forget", "gate"] as const;
const walks = ["probe", "verify"] as const;
const looks = ["probe", "verify", "doctor"] as const;
/** Whatever may have to log in. */
const visitors = [...looks, "gate"] as const;

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
		commands: visitors,
		default: "false",
		setBy: "construct",
		help: "allow an http:// registry that is not on loopback",
	},
	instance: {
		flag: "instance",
		env: "REGISTRY_INSTANCE",
		value: "NAME",
		commands: ["probe", "doctor", "gate", "scan"],
		default:
			"host[:port] of the registry; scan: name of the host; gate: name of the store",
		setBy: "construct",
		help: "the instance label of the metrics",
	},
	user: {
		env: "REG_USER",
		value: "USER",
		commands: visitors,
		setBy: "construct",
		help: "user name, with REG_PASS; for the registry or the one host that the REFs name",
	},
	password: {
		env: "REG_PASS",
		value: "PASSWORD",
		commands: visitors,
		setBy: "construct",
		help: "password or token, with REG_USER",
	},
	userFile: {
		env: "REG_USER_FILE",
		value: "FILE",
		commands: visitors,
		setBy: "cli",
		help: "file that holds the user name, instead of REG_USER",
	},
	passwordFile: {
		env: "REG_PASS_FILE",
		value: "FILE",
		commands: visitors,
		setBy: "cli",
		help: "file that holds the password, instead of REG_PASS",
	},
	authFile: {
		flag: "auth-file",
		env: "REGISTRY_AUTH_FILE",
		value: "FILE",
		commands: visitors,
		setBy: "cli",
		help: "docker config.json with an entry per host",
	},
	caFile: {
		flag: "ca-file",
		env: "REGISTRY_CA_FILE",
		value: "FILE",
		commands: [...all, "drift"],
		setBy: "construct",
		help: "PEM bundle of a private CA, added to Node's built-in roots",
	},
	realmHosts: {
		flag: "realm-hosts",
		env: "REGISTRY_REALM_HOSTS",
		value: "HOST,...",
		commands: visitors,
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
		commands: [...walks, "gate"],
		default: "8",
		setBy: "construct",
		help: "ceiling of the adaptive number of requests under way",
	},
	deadline: {
		flag: "deadline",
		env: "PROBE_DEADLINE",
		value: "DURATION",
		commands: visitors,
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
		commands: ["probe", "doctor", "forget", "drift"],
		setBy: "construct",
		help: "Pushgateway to publish to",
	},
	job: {
		flag: "job",
		env: "PUSH_JOB",
		value: "NAME",
		commands: ["probe", "forget", "drift"],
		default:
			"registry-integrity-probe; drift: drift-detection; forget: all jobs",
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
		commands: [...walks, "gate", "scan"],
		setBy: "cli",
		help: "write the JSON report to a file as well",
	},
	json: {
		flag: "json",
		commands: [...all, "scan", "drift", "changed", "apply"],
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
	dryRun: {
		flag: "dry-run",
		commands: ["forget", "scan"],
		setBy: "cli",
		help: "only list what would be deleted",
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
	...HOST_OPTIONS,
	...STACK_OPTIONS,
} as const satisfies Record<string, Option>;
/** Name of an option in code. */
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
