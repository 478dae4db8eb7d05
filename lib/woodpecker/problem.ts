export const WORKFLOW_RULES = {
	syntax: "the file is no workflow: Woodpecker refuses the whole pipeline",
	substitution:
		"the server cannot substitute the file's text: the whole workflow fails",
	"missing-event":
		"a workflow without event runs on every event, manual and cron included",
	"path-without-effect":
		"a path filter is true on events that have no paths: the step always runs there",
	"commands-with-settings":
		"commands and settings exclude each other: Woodpecker refuses the step",
	"unknown-dependency": "a step depends on one that is not there",
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
	"unknown-cron": "no cron of this name is declared: the workflow never runs",
} as const;
export type WorkflowRule = keyof typeof WORKFLOW_RULES;

export interface Problem {
	readonly rule: WorkflowRule;
	readonly severity: "error" | "warning";
	readonly file: string;
	readonly line: number;
	/** What was found, and what to write instead. */
	readonly message: string;
}
