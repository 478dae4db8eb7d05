import { parse } from "yaml";
import { lintWorkflow } from "../../lib/woodpecker/lint-workflow";
import { renderWorkflow } from "../../lib/woodpecker/render";
import {
	SCHEMA_KEYS,
	type SchemaPlace,
} from "../../lib/woodpecker/schema-keys";
import { fromSecret, type Secret } from "../../lib/woodpecker/secret";
import { serverVariable, substitute } from "../../lib/woodpecker/substitution";
import type {
	Condition,
	Step,
	StepCondition,
	Workflow,
} from "../../lib/woodpecker/workflow";
import { EVERY_KEY } from "./every-key";

const TOKEN: Secret = {
	name: "token",
	events: ["push"],
	vault: { path: "secret/ci", key: "token" },
};
const SCRIPT =
	'for f in "$${x[@]}"; do\n\techo "${f%.*}" \\\n  | sed s/a\\/b/c/ # 100%\ndone\n';

const workflow: Workflow = {
	name: "build",
	comment: "Builds.\nTwice.",
	when: [
		{
			event: "push",
			branch: "master",
			path: { include: ["ci/Dockerfile"], onEmpty: false },
		},
		{ event: "cron", cron: ["nightly"] },
	],
	clone: { image: "woodpeckerci/plugin-git:2.9.2", depth: 2 },
	steps: [
		{
			name: "run",
			image: "alpine:3.20",
			comment: "Never exit 0 early:\nit ends the step.",
			commands: [SCRIPT, `echo ${serverVariable("CI_COMMIT_SHA")}`],
			environment: { VERSION: "1.10", YES: "yes" },
		},
	],
};

test("what the server substitutes and parses is what was meant, to the byte", () => {
	const text = renderWorkflow(workflow, "lib/pipelines/build.ts");
	const seen = parse(
		substitute(text, (name) => ({ CI_COMMIT_SHA: "abc" })[name]),
	);
	expect(seen).toEqual({
		when: [
			{
				event: "push",
				branch: "master",
				path: { include: ["ci/Dockerfile"], on_empty: false },
			},
			{ event: "cron", cron: ["nightly"] },
		],
		clone: {
			git: { image: "woodpeckerci/plugin-git:2.9.2", settings: { depth: 2 } },
		},
		steps: [
			{
				name: "run",
				image: "alpine:3.20",
				environment: { VERSION: "1.10", YES: "yes" },
				commands: [SCRIPT, "echo abc"],
			},
		],
	});
	expect(renderWorkflow(workflow, "lib/pipelines/build.ts")).toBe(text);
});

test("what the server puts in stays text: a commit may look like a number, or be nothing", () => {
	const tag = serverVariable("CI_COMMIT_SHA", 8);
	const text = renderWorkflow(
		{
			...workflow,
			steps: [
				{
					name: "a",
					image: "a:1.0",
					commands: [`echo a:${tag} "$b"`, `it's ${tag}`, `${tag}`],
				},
			],
		},
		"x",
	);
	for (const sha of ["01234567", "1234e567", "12345678", "abcdef01", ""]) {
		const seen = parse(substitute(text, () => sha));
		expect(seen.steps[0].commands).toEqual([
			`echo a:${sha} "$b"`,
			`it's ${sha}`,
			sha,
		]);
	}
});

/** Keys of a mapping; of a list, those of all its items. */
function keysOf(...values: readonly unknown[]): string[] {
	return values
		.flat()
		.flatMap((each) => Object.keys(each as object))
		.filter((key, i, all) => all.indexOf(key) === i)
		.sort();
}

test("every key of the schema can be written, and each is written where it belongs", () => {
	const text = renderWorkflow(EVERY_KEY, "x");
	const seen = parse(substitute(text, () => ""));
	const known = (place: SchemaPlace) => [...SCHEMA_KEYS[place]].sort();
	expect(keysOf(seen)).toEqual(known("workflow"));
	expect(keysOf(seen.steps)).toEqual(known("step"));
	expect(keysOf(seen.services)).toEqual(known("service"));
	expect(keysOf(seen.when)).toEqual(known("when"));
	expect(keysOf(seen.when, seen.steps[0].when)).toEqual(known("stepWhen"));
	expect(seen.steps[1].settings).toEqual({
		list: [1, "a"],
		deep: { token: { from_secret: "token" } },
	});
	expect(seen.when[0].evaluate).toBe('A != "" || (B == "")');
	expect(lintWorkflow("x.yml", text).problems).toEqual([]);
	const steps = renderWorkflow(
		{
			...EVERY_KEY,
			clone: [{ name: "own", image: "git:2.40", commands: ["x"] }],
		},
		"x",
	);
	expect(parse(steps).clone).toEqual([
		{ name: "own", image: "git:2.40", commands: ["x"] },
	]);
});

test("what extra adds is linted like the rest", () => {
	expect(broken({ extra: { stepz: [] } })).toThrow("unknown-key: got stepz");
	expect(broken({ extra: { labels: { a: "b" } } })).not.toThrow();
	expect(
		broken({
			steps: [{ name: "a", image: "a:1.0", commands: ["apk add jq"] }],
		}),
	).toThrow("install-at-run-time");
	expect(broken({ comment: "${TfToken[TOKEN.1]}" })).toThrow(
		"unresolved Token",
	);
});

test("the mark, the comments and the literal block are there", () => {
	const text = renderWorkflow(workflow, "lib/pipelines/build.ts");
	expect(text).toMatch(
		/^# generated, edit lib\/pipelines\/build.ts\n# Builds.\n# Twice.\n/,
	);
	expect(text).toContain(
		"  # Never exit 0 early:\n  # it ends the step.\n  - name: run\n",
	);
	expect(text).toContain("- |\n");
	expect(lintWorkflow("build.yml", text).problems).toEqual([]);
});

const broken = (change: Partial<Workflow>) => () =>
	renderWorkflow({ ...workflow, ...change }, "x");

test.each<[string, Partial<Workflow>, string]>([
	["no condition", { when: [] }, "build.when: got none"],
	["no steps", { steps: [] }, "build.steps: got none"],
	[
		"a floating image",
		{ steps: [{ name: "a", image: "alpine", commands: ["x"] }] },
		"steps.a.image: got alpine",
	],
	[
		"an unknown dependency",
		{
			steps: [{ name: "a", image: "a:1.0", commands: ["x"], dependsOn: ["b"] }],
		},
		"dependsOn: got b",
	],
	[
		"a step twice",
		{
			steps: [0, 1].map(() => ({ name: "a", image: "a:1.0", commands: ["x"] })),
		},
		"steps.a: got it twice",
	],
	[
		"a secret on an event that it is not allowed on",
		{
			steps: [
				{
					name: "a",
					image: "a:1.0",
					commands: ["x"],
					environment: { T: fromSecret(TOKEN) },
				},
			],
		},
		"secret token on cron, wanted only push",
	],
	[
		"a secret in an image that it is not for",
		{
			when: [{ event: "push" }],
			steps: [
				{
					name: "a",
					image: "evil:1.0",
					settings: { t: fromSecret({ ...TOKEN, images: ["good"] }) },
				},
			],
		},
		"secret token in evil, wanted only good",
	],
])("%s is refused", (_name, change, message) => {
	expect(broken(change)).toThrow(message);
});

test("what never means what it says cannot be written", () => {
	// @ts-expect-error a path beside manual would run always
	const path: Condition = { event: "manual", path: ["ci"] };
	const blind: Condition[] = [
		// @ts-expect-error as beside manual
		{ event: "cron", cron: ["nightly"], path: ["ci"] },
		// @ts-expect-error as beside manual
		{ event: "tag", path: ["ci"] },
		// @ts-expect-error as beside manual
		{ event: "deployment", path: ["ci"] },
		// @ts-expect-error a branch says nothing on a tag
		{ event: "tag", branch: "master" },
		// @ts-expect-error a cron says nothing on a push
		{ event: "push", cron: ["nightly"] },
		// @ts-expect-error every cron there will ever be
		{ event: "cron" },
		// @ts-expect-error one item is about one event
		{ event: ["push", "manual"] },
	];
	const either = "manual" as "manual" | "push";
	// @ts-expect-error a path beside what may be manual
	const open: Condition = { event: either, path: ["ci"] };
	const elsewhere = { event: "deployment" as const, path: ["ci"] };
	// @ts-expect-error a path that comes with an object made elsewhere
	const loose: Condition = elsewhere;
	// @ts-expect-error a step's path while the event is left to the workflow
	const stepPath: StepCondition = { path: ["ci"] };
	// @ts-expect-error a condition without event
	const none: Condition = { branch: "master" };
	const step = { name: "a", image: "a:1.0", commands: ["x"], settings: {} };
	// @ts-expect-error commands with settings
	const both: Step = step;
	expect([path, none, both, open, loose, stepPath, ...blind]).toHaveLength(13);
});
