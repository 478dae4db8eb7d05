/** How bad a problem is: an error loses images, serves the wrong ones or lets anybody delete them; a warning will hurt later. */
export type ProblemSeverity = "error" | "warning";

interface HostRuleText {
	readonly why: string;
	/** The test that shows it on the real program, or on the model where there is no program. */
	readonly proof: string;
}

/** Every rule of the config lint: what it costs, and where that is shown. */
export const HOST_RULES = {
	"gc-delete-untagged": {
		why: "garbage-collect -m deletes what no tag names: the children of every index below 3.0, bare referrers and images used by digest on 3.x",
		proof: "test/e2e/collection.test.ts",
	},
	"gc-with-warm-cache": {
		why: "a registry that runs through a collection remembers the blobs that are gone: the next push exits 0 and its tag answers 404",
		proof: "test/e2e/collection-traps.test.ts",
	},
	"static-upstream": {
		why: "nginx resolves a literal upstream name once, at its start: after a container is recreated it serves another registry's content",
		proof: "test/e2e/registry-host-nginx-traps.test.ts",
	},
	"host-without-port": {
		why: "$host drops the port, so the registry sends clients to a Location and a token realm that are not there",
		proof: "test/e2e/registry-host-nginx-traps.test.ts",
	},
	"proxy-with-delete": {
		why: "a cache that may delete takes an expired image's blobs away from the other images that share them; where it remembers blobs, as 2.8 and 3.x do with a descriptor cache, their pull ends in an unexpected EOF",
		proof: "test/e2e/lint.test.ts",
	},
	"unknown-config-key": {
		why: "the registry passes over a key that its version does not know, without a word",
		proof: "test/e2e/lint.test.ts",
	},
	"port-without-backend": {
		why: "a published port that nobody listens on looks like an outage of the registry",
		proof: "test/registry-host/lint-ports.cases.ts",
	},
	"floating-pin": {
		why: "an image without an exact version changes when the host pulls it again",
		proof: "test/registry-host/lint-compose.cases.ts",
	},
	"cache-without-eviction": {
		why: "a cache without a bound fills the disk, and then the private registry on the same disk cannot be pushed to",
		proof: "test/e2e/lint.test.ts",
	},
	"ui-with-delete": {
		why: "whoever reaches the page can delete images, children of other tags included",
		proof: "test/registry-host/lint-compose.cases.ts",
	},
	"metrics-public": {
		why: "the metrics port also serves profiles and variables of the process, without a password",
		proof: "test/e2e/lint.test.ts",
	},
	"missing-healthcheck": {
		why: "a container that hangs stays up for Docker, and nobody is told",
		proof: "test/registry-host/lint-compose.cases.ts",
	},
	"cron-overlap": {
		why: "two jobs that change the same store at once: a scan reports what a collection is just removing, a collection removes what a clean-up half deleted",
		proof: "test/registry-host/lint-cron.cases.ts",
	},
	"dns-without-internal": {
		why: "without the internal server in the first place internal names time out, and so do builds and pulls that need them",
		proof: "test/registry-host/lint-dns.cases.ts",
	},
	"include-not-followed": {
		why: "what stands in an included file was not looked at",
		proof: "test/registry-host/lint-includes.cases.ts",
	},
	"silence-without-reason": {
		why: "a silence that names no rule or gives no reason silences nothing",
		proof: "test/registry-host/lint-silences.cases.ts",
	},
	"not-linted": {
		why: "nothing in the file was looked at",
		proof: "test/registry-host/lint-files.cases.ts",
	},
} as const satisfies Record<string, HostRuleText>;
/** Name of a rule of the config lint. */
export type HostRule = keyof typeof HOST_RULES;

/** What the config lint found: the shape of every linter of the project. */
export interface HostProblem {
	readonly rule: HostRule;
	readonly severity: ProblemSeverity;
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	/** What was found there: `got ...`. */
	readonly reason: string;
	/** What to write instead. */
	readonly fix: string;
}

/** Where in the set of files something stands. */
export interface Place {
	readonly file: string;
	/** 1-based. */
	readonly line: number;
}

/** Takes a problem; an error unless it says otherwise. */
export type Report = (
	rule: HostRule,
	place: Place,
	reason: string,
	fix: string,
	severity?: ProblemSeverity,
) => void;
