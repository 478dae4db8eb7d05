/** Why each rule is one: a line for people. */
export const WORKFLOW_RULES = {
	syntax: "the file is no workflow: Woodpecker refuses the whole pipeline",
	"unknown-key":
		"a key that Woodpecker does not know is passed over in silence: lint --strict alone says so",
	substitution:
		"the server cannot substitute the file's text: the whole workflow fails",
	"unquoted-commit":
		"a commit may look like a number (01234567, 1234e567): without quotes YAML makes one of it",
	"missing-event":
		"a workflow without event runs on every event, manual and cron included",
	"unknown-event":
		"an event that Woodpecker does not know: nothing starts on it",
	"unknown-value":
		"a value that Woodpecker does not know, or of another kind than belongs there: it counts as if it were not there, or nothing runs; mostly lint --strict alone says so",
	"path-without-effect":
		"a path filter is true on events that have no paths: the step always runs there",
	"filter-without-effect":
		"a filter that does not apply to an event is true there: it narrows nothing",
	"commands-with-settings":
		"settings are a plugin's, commands, entrypoint and environment a script's: Woodpecker refuses a step with both",
	"duplicate-step": "two steps of one name: which one others wait for is luck",
	"unknown-dependency": "a step depends on one that is not there",
	"dependency-cycle":
		"steps or workflows that wait for each other: none of them ever runs",
	"unreachable-step":
		"the workflow never starts on what the step waits for: the step never runs",
	"partial-graph":
		"with one depends_on the steps are a graph: every step without one starts at once",
	"floating-pin":
		"an image without an exact version changes under the pipeline",
	"install-at-run-time":
		"a step installs programs while it runs: slow, and broken whenever the source is",
	"unknown-expression":
		"what this evaluate does cannot be said, so neither can when the workflow runs",
	"manual-clash": "two workflows start on the same manual run",
	"undeclared-secret":
		"a secret that nobody declared: the pipeline fails before its first step",
	"secret-event":
		"a secret that is not allowed on an event of the workflow: the pipeline fails before its first step",
	"secret-image":
		"a secret in an image that it is not for: the server refuses it",
	"unknown-cron": "no cron of this name is declared: the workflow never runs",
	"unknown-workflow":
		"a workflow depends on one that is not in the folder: it never starts",
	"silence-without-reason":
		"a lint-ignore that names no rule or gives no reason silences nothing",
} as const;
export type WorkflowRule = keyof typeof WORKFLOW_RULES;

/** What a linter found: the same shape for every linter of the project. */
export interface Problem {
	readonly rule: WorkflowRule;
	readonly severity: "error" | "warning";
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	/** What was found there: `got ...`, with the step's name. */
	readonly reason: string;
	/** What to write instead: `wanted ...`. */
	readonly fix: string;
}
