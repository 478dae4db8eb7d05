/** A workflow file that is wrong on purpose, what our linter says of it, and what the programs of Woodpecker do. */
export interface WrongFile {
	readonly name: string;
	readonly text: string;
	/** Rules of our linter, with `FACTS` known. */
	readonly ours: readonly string[];
	/** Where the linter has nothing to say: why the model cannot write it. */
	readonly model?: string;
	/** Woodpecker's own schema. */
	readonly schema: "accepts" | "refuses";
	/** `woodpecker-cli lint` 3.17, and with `--strict`. */
	readonly lint: "accepts" | "refuses";
	readonly strict: "accepts" | "refuses";
	/** `woodpecker-cli exec` 3.17 on this event, with the branch `dev` and README.md changed. */
	readonly exec?: {
		readonly event: string;
		readonly does: "runs" | "runs nothing" | "fails";
	};
}

export const FACTS = { secrets: [], crons: ["nightly"] } as const;

const PUSH = "when:\n  - event: push\n";
const STEP = "  - name: a\n    image: bash:5.2\n    commands: [echo ran]\n";
const STEPS = `steps:\n${STEP}`;
const PASSES = {
	schema: "accepts",
	lint: "accepts",
	strict: "accepts",
} as const;
const ONLY_STRICT = {
	schema: "refuses",
	lint: "accepts",
	strict: "refuses",
} as const;
const NOT_THE_SCHEMA = {
	schema: "accepts",
	lint: "accepts",
	strict: "refuses",
} as const;
const REFUSED = {
	schema: "refuses",
	lint: "refuses",
	strict: "refuses",
} as const;

const pathBeside = (event: string): WrongFile => ({
	name: `a path filter beside ${event}: it runs whatever changed`,
	text: `when:\n  - event: [push, ${event}]\n    path: ci/**\n${STEPS}`,
	ours: ["path-without-effect"],
	...PASSES,
	exec: { event, does: "runs" },
});
const plugin = (more: string) =>
	`${PUSH}steps:\n  - name: a\n    image: bash:5.2\n${more}    settings: {a: b}\n`;

export const WRONG_FILES: readonly WrongFile[] = [
	...["manual", "cron", "tag", "deployment"].map(pathBeside),
	{
		name: "a path filter without an event",
		text: `when:\n  - path: ci/**\n${STEPS}`,
		ours: ["path-without-effect", "missing-event"],
		...NOT_THE_SCHEMA,
		exec: { event: "manual", does: "runs" },
	},
	{
		name: "no event at all",
		text: STEPS,
		ours: ["missing-event"],
		...NOT_THE_SCHEMA,
		exec: { event: "manual", does: "runs" },
	},
	{
		name: "a cron filter on a push",
		text: `when:\n  - event: push\n    cron: nightly\n${STEPS}`,
		ours: ["filter-without-effect"],
		...PASSES,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "a branch filter on a tag",
		text: `when:\n  - event: tag\n    branch: master\n${STEPS}`,
		ours: ["filter-without-effect"],
		...PASSES,
		exec: { event: "tag", does: "runs" },
	},
	{
		name: "an event that is none",
		text: `when:\n  - event: pusch\n${STEPS}`,
		ours: ["unknown-event"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs nothing" },
	},
	{
		name: "a step on an event that never starts the workflow",
		text: `${PUSH}${STEPS}    when: [{event: cron}]\n`,
		ours: ["unreachable-step"],
		...PASSES,
		exec: { event: "push", does: "runs nothing" },
	},
	{
		name: "commands with settings",
		text: plugin("    commands: [echo ran]\n"),
		ours: ["commands-with-settings"],
		...REFUSED,
	},
	{
		name: "an entrypoint with settings",
		text: plugin("    entrypoint: [x]\n"),
		ours: ["commands-with-settings"],
		...REFUSED,
	},
	{
		name: "an environment with settings",
		text: plugin("    environment: {x: y}\n"),
		ours: ["commands-with-settings"],
		...ONLY_STRICT,
	},
	{
		name: "a key of a step that is misspelt: the commands are lost",
		text: `${PUSH}${STEPS.replace("commands", "comands")}`,
		ours: ["unknown-key"],
		...ONLY_STRICT,
	},
	{
		name: "a key that is misspelt beside good ones",
		text: `${PUSH}${STEPS}    enviroment: {A: b}\n`,
		ours: ["unknown-key"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "a key of the workflow that is misspelt",
		text: `${PUSH}dependson: [x]\n${STEPS}`,
		ours: ["unknown-key"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "a dependency that is not there",
		text: `${PUSH}${STEPS}    depends_on: [nobody]\n`,
		ours: ["unknown-dependency"],
		schema: "accepts",
		lint: "refuses",
		strict: "refuses",
	},
	{
		name: "depends_on in one step alone: the others start at once",
		text: `${PUSH}steps:\n  - name: first\n    image: bash:5.2\n    commands: [sleep 0.3, exit 1]\n${STEP}  - name: last\n    image: bash:5.2\n    depends_on: [first]\n    commands: [echo]\n`,
		ours: ["partial-graph", "partial-graph"],
		...PASSES,
		// after the failure of the first one it would not
		exec: { event: "push", does: "runs" },
	},
	{
		name: "a status that is misspelt: it never runs after a failure",
		text: `${PUSH}steps:\n${STEP.replace("echo ran", "exit 1")}${STEP.replace("name: a", "name: b")}    when: [{status: [failed]}]\n`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs nothing" },
	},
	{
		name: "a failure that is misspelt: it still ends the workflow",
		text: `${PUSH}steps:\n${STEP.replace("echo ran", "exit 1")}    failure: ignored\n${STEP.replace("name: a", "name: b")}`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs nothing" },
	},
	{
		name: "a depends_on with nothing after it: the step waits for those before it after all",
		text: `${PUSH}steps:\n${STEP.replace("echo ran", "exit 1")}${STEP.replace("name: a", "name: b")}    depends_on:\n`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs nothing" },
	},
	{
		name: "a depends_on of the workflow with nothing after it",
		text: `${PUSH}depends_on:\n${STEPS}`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "a dependency that is a number",
		text: `${PUSH}depends_on: [1]\n${STEPS}`,
		ours: ["unknown-value"],
		...REFUSED,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "a dependency with a key that is none",
		text: `${PUSH}${STEPS}${STEP.replace("name: a", "name: b")}    depends_on: [{name: a, optonal: true}]\n`,
		ours: ["partial-graph", "unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "an evaluate that is a number",
		text: `when:\n  - event: push\n    evaluate: 1\n${STEPS}`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "an evaluate with nothing after it",
		text: `when:\n  - event: push\n    evaluate:\n${STEPS}`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "a branch that is a number",
		text: `when:\n  - event: push\n    branch: 1.10\n${STEPS}`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs nothing" },
	},
	{
		name: "a path filter with nothing after it",
		text: `when:\n  - event: push\n    path: {include: ci/**, on_empty: }\n${STEPS}`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
	},
	{
		name: "a when with nothing after it",
		text: `${PUSH}${STEPS}    when:\n`,
		ours: ["unknown-value"],
		...ONLY_STRICT,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "two steps that wait for each other",
		text: `${PUSH}steps:\n${STEP}    depends_on: [b]\n${STEP.replace("name: a", "name: b")}    depends_on: [a]\n`,
		ours: ["dependency-cycle"],
		...PASSES,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "a step that waits for itself",
		text: `${PUSH}${STEPS}    depends_on: [a]\n`,
		ours: ["dependency-cycle"],
		...PASSES,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "an environment as a list, as older versions had it",
		text: `${PUSH}${STEPS}    environment: ["A=b"]\n`,
		ours: ["syntax"],
		...REFUSED,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "a control character",
		text: `${PUSH}${STEPS}# \u0007\n`,
		ours: ["syntax"],
		...REFUSED,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "two steps of one name",
		text: `${PUSH}${STEPS}${STEP}`,
		ours: ["duplicate-step"],
		...PASSES,
	},
	{
		name: "an array of the shell, which the server cannot substitute",
		text: `${PUSH}${STEPS.replace("echo ran", '"echo ${a[@]} ran"')}`,
		ours: ["substitution"],
		...PASSES,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "an indirect variable of the shell",
		text: `${PUSH}${STEPS.replace("echo ran", '"echo ${!x} ran"')}`,
		ours: ["substitution"],
		...PASSES,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "a variable of the shell in braces: the server makes nothing of it",
		text: `${PUSH}${STEPS.replace("echo ran", '"x=ran; echo ${x}"')}`,
		ours: [],
		model: "the renderer escapes it",
		...PASSES,
		exec: { event: "push", does: "runs nothing" },
	},
	{
		name: "a commit without quotes: 01234567 is pushed as 342391",
		text: `${PUSH}steps:\n  - name: a\n    image: woodpeckerci/plugin-git:2.9.2\n    settings:\n      tags:\n        - \${CI_COMMIT_SHA:0:8}\n`,
		ours: ["unquoted-commit"],
		...PASSES,
	},
	{
		name: "an evaluate that is no comparison",
		text: `when:\n  - event: manual\n    evaluate: FOO\n${STEPS}`,
		ours: [],
		model: "a guard is set, unset or equals",
		...PASSES,
		exec: { event: "manual", does: "fails" },
	},
	{
		name: "a command that is no text",
		text: `${PUSH}${STEPS.replace("echo ran", "false")}`,
		ours: ["syntax"],
		...REFUSED,
	},
	{
		name: "no commands",
		text: `${PUSH}${STEPS.replace("echo ran", "")}`,
		ours: [],
		model: "commands: got none",
		...PASSES,
	},
	{
		name: "no steps",
		text: PUSH,
		ours: ["syntax"],
		...REFUSED,
	},
	{
		name: "no image",
		text: `${PUSH}steps:\n  - name: a\n    commands: [echo ran]\n`,
		ours: ["floating-pin"],
		...REFUSED,
	},
	{
		name: "an image that floats",
		text: `${PUSH}${STEPS.replace(":5.2", "")}`,
		ours: ["floating-pin"],
		...PASSES,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "an install at run time",
		text: `${PUSH}${STEPS.replace("echo ran", "apk add jq")}`,
		ours: ["install-at-run-time"],
		...PASSES,
	},
	{
		name: "a secret that nobody declared",
		text: `${PUSH}${STEPS}    environment: {A: {from_secret: nobody}}\n`,
		ours: ["undeclared-secret"],
		...PASSES,
		exec: { event: "push", does: "fails" },
	},
	{
		name: "a cron that nobody declared",
		text: `when:\n  - event: cron\n    cron: weekly\n${STEPS}`,
		ours: ["unknown-cron"],
		...PASSES,
		exec: { event: "cron", does: "runs nothing" },
	},
	{
		name: "a concurrency of none",
		text: `${PUSH}concurrency: 0\n${STEPS}`,
		ours: [],
		model: "concurrency.limit: got 0",
		...ONLY_STRICT,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "runs_on, which is deprecated",
		text: `${PUSH}runs_on: [success]\n${STEPS}`,
		ours: [],
		model: "deprecated in the types",
		...NOT_THE_SCHEMA,
		exec: { event: "push", does: "runs" },
	},
	{
		name: "YAML only after the substitution: the server reads its matrix before",
		text: `${PUSH}${STEPS}    environment:\n      X: "a\\\\\\\\\\\\"b"\n`,
		ours: ["syntax"],
		...REFUSED,
		exec: { event: "push", does: "fails" },
	},
	{ name: "not YAML", text: "a: [", ours: ["syntax"], ...REFUSED },
	{ name: "a list", text: "- a\n", ours: ["syntax"], ...REFUSED },
];
