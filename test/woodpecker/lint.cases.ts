import { fires } from "../../lib/woodpecker/fires";
import { matchesGlob } from "../../lib/woodpecker/glob";
import { lintFolder } from "../../lib/woodpecker/lint-folder";
import { lintWorkflow } from "../../lib/woodpecker/lint-workflow";
import { parseWorkflow } from "../../lib/woodpecker/parse";
import { parseStranger } from "../../lib/woodpecker/stranger";
import {
	matrixColumns,
	renderTriggerMatrix,
} from "../../lib/woodpecker/trigger-matrix";
import { FACTS, WRONG_FILES } from "./wrong-files";

const STEPS =
	"steps:\n  - name: a\n    image: alpine:3.20\n    commands: [echo]\n";
const STEPS_ON_PUSH = `when: {event: push}\n${STEPS}`;
const rules = (text: string) =>
	lintWorkflow("x.yml", text).problems.map(
		({ rule, line }) => `${rule}:${line}`,
	);

test("a clean workflow has no problem", () => {
	expect(
		rules(
			`when:\n  - event: push\n    branch: master\n    path: [ci/Dockerfile]\n${STEPS}`,
		),
	).toEqual([]);
});

test.each([
	[
		"path beside manual",
		`when:\n  - event: [push, manual]\n    path: ci/**\n${STEPS}`,
		["path-without-effect:2"],
	],
	[
		"path without event",
		`when:\n  - path: ci/**\n${STEPS}`,
		["path-without-effect:2", "missing-event:4"],
	],
	[
		"a step's path under a workflow's cron",
		"when:\n  - event: cron\n    cron: c\nsteps:\n  - name: a\n    image: alpine:3.20\n    commands: [echo]\n    when:\n      - path: x\n",
		["path-without-effect:9"],
	],
	["no event at all", STEPS, ["missing-event:2"]],
	[
		"floating image",
		`when: {event: push}\nsteps:\n  a:\n    image: alpine\n    commands: [echo]\n`,
		["floating-pin:4"],
	],
	[
		"latest",
		`when: {event: push}\nsteps:\n  a:\n    image: alpine:latest\n    commands: [echo]\n`,
		["floating-pin:4"],
	],
	[
		"commands and settings",
		`when: {event: push}\nsteps:\n  - name: a\n    image: alpine:3.20\n    commands: [echo]\n    settings: {a: 1}\n`,
		["commands-with-settings:3"],
	],
	[
		"unknown dependency",
		`when: {event: push}\nsteps:\n  - name: a\n    image: alpine:3.20\n    commands: [echo]\n    depends_on: [b]\n`,
		["unknown-dependency:3"],
	],
	[
		"install at run time",
		`when: {event: push}\nsteps:\n  - name: a\n    image: alpine:3.20\n    commands:\n      - apk add --no-cache jq\n`,
		["install-at-run-time:3"],
	],
	[
		"bad substitution",
		`when: {event: push}\n${STEPS.replace("echo", '"echo ${a[@]}"')}`,
		["substitution:5"],
	],
	[
		"a key that is misspelt",
		`when: {event: push, brunch: master}\nstep: []\n${STEPS.replace("commands", "comands")}`,
		["unknown-key:1", "unknown-key:2", "unknown-key:6"],
	],
	[
		"a cron filter on a push",
		`when: {event: push, cron: nightly}\n${STEPS}`,
		["filter-without-effect:1"],
	],
	[
		"a branch filter on a tag",
		`when: {event: tag, branch: master}\n${STEPS}`,
		["filter-without-effect:1"],
	],
	[
		"a step on an event that never starts the workflow",
		`when: {event: push}\n${STEPS}    when: {event: cron}\n`,
		["unreachable-step:6"],
	],
	[
		"a graph by half",
		`when: {event: push}\n${STEPS}  - name: b\n    image: alpine:3.20\n    commands: [echo]\n    depends_on: [a]\n`,
		["partial-graph:3"],
	],
	[
		"an optional dependency that is not there",
		`when: {event: push}\n${STEPS}    depends_on: [{name: b, optional: true}]\n`,
		[],
	],
	[
		"kinds that do not belong there, with where they stand",
		`when:\n  - event: push\n    evaluate: 1\n    branch: {include: [2]}\ndepends_on:\n${STEPS}    depends_on: [[a]]\n    when:\n      status: {include: success}\n`,
		[
			"unknown-value:3",
			"unknown-value:4",
			"unknown-value:5",
			"unknown-value:10",
			"unknown-value:12",
		],
	],
	[
		"every kind that does",
		`when:\n  - event: [push]\n    path: {include: a, exclude: [b], ignore_message: "", on_empty: true}\n    branch: {exclude: c}\n    evaluate: ""\ndepends_on: [a, {name: b, optional: true}]\n${STEPS}    depends_on: []\n    when: [{status: success, platform: [linux/amd64]}]\n`,
		[],
	],
	[
		"a floating service",
		`when: {event: push}\n${STEPS}services:\n  - name: db\n    image: postgres:16\n`,
		["floating-pin:7"],
	],
	[
		"an image by the commit that it was built from",
		`when: {event: push}\n${STEPS.replace("alpine:3.20", "app:$" + "{CI_COMMIT_SHA:0:8}")}`,
		[],
	],
	[
		"an image by a matrix, pinned in every cell",
		`when: {event: push}\nmatrix: {V: ["3.19", "3.20"]}\n${STEPS.replace("3.20", "$" + "{V}")}`,
		[],
	],
	[
		"an image by a matrix that floats in one cell",
		`when: {event: push}\nmatrix:\n  include: [{V: "3.19"}, {V: latest}, {V: latest}]\n${STEPS.replace("3.20", "$" + "{V}")}`,
		["floating-pin:5"],
	],
	["not YAML", "a: [", ["syntax:1"]],
	["a list", "- a\n", ["syntax:1"]],
	["no steps", "when: {event: push}\n", ["syntax:1"]],
	[
		"unknown expression",
		`when: {event: manual, evaluate: 'len(X) > 1'}\n${STEPS}`,
		["unknown-expression:1"],
	],
])("%s", (_name, text, wanted) => {
	expect(rules(text)).toEqual(wanted);
});

test("a rule is silenced at one place, by name and with a reason", () => {
	const file = (comment: string) =>
		`when: {event: push}\n${STEPS.replace("  - name: a", `${comment}\n  - name: a`).replace("alpine:3.20", "alpine")}`;
	expect(
		rules(file("  # lint-ignore floating-pin: the mirror has no other tag")),
	).toEqual([]);
	expect(
		rules(file("  # lint-ignore install-at-run-time: this is another rule")),
	).toEqual(["floating-pin:4"]);
	expect(rules(file("  # lint-ignore floating-pin"))).toEqual([
		"silence-without-reason:3",
		"floating-pin:4",
	]);
	expect(rules(file("  # lint-ignore flaoting-pin: some long reason"))).toEqual(
		["silence-without-reason:3", "floating-pin:4"],
	);
	// on top of the file: of all of it; behind something: of its line; several by commas
	const floating = STEPS_ON_PUSH.replace("alpine:3.20", "alpine");
	expect(
		rules(
			`# lint-ignore floating-pin: the mirror has no other tag\n${floating}`,
		),
	).toEqual([]);
	expect(
		rules(
			floating.replace(
				"  - name: a",
				"  - name: a # registry-guard: ignore floating-pin, unquoted-commit because of the mirror",
			),
		),
	).toEqual([]);
	const clash = {
		"a.yml": manual(),
		"b.yml": manual().replace(
			"  - event",
			"  # lint-ignore manual-clash: both are meant to run\n  - event",
		),
	};
	expect(lintFolder(clash).problems).toEqual([]);
});

test("an alias bomb is refused, not expanded", () => {
	const bomb = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
	for (let i = 1; i < 9; i++)
		bomb.push(
			`b${i}: &b${i} [${Array(10)
				.fill(i === 1 ? "*a" : `*b${i - 1}`)
				.join(",")}]`,
		);
	expect(rules(bomb.join("\n"))).toEqual(["syntax:1"]);
});

const manual = (evaluate?: string) =>
	`when:\n  - event: manual\n${evaluate ? `    evaluate: '${evaluate}'\n` : ""}${STEPS}`;

describe("a folder", () => {
	test("two manual workflows on the same variables clash; guards tell them apart", () => {
		const clash = lintFolder({
			"a.yml": manual(),
			"b.yml": manual('ISSUE_NUMBER != ""'),
		});
		expect(clash.problems).toMatchObject([
			{
				rule: "manual-clash",
				file: "b.yml",
				reason: expect.stringContaining("ISSUE_NUMBER=any"),
			},
		]);
		const apart = lintFolder({
			"a.yml": manual('ISSUE_NUMBER == ""'),
			"b.yml": manual('ISSUE_NUMBER != ""'),
		});
		expect(apart.problems).toEqual([]);
		expect(
			lintFolder(
				{ "a.yml": manual(), "b.yml": manual() },
				{ together: [["a", "b"]] },
			).problems,
		).toEqual([]);
	});

	test("two files of one name are told by their files", () => {
		const { problems } = lintFolder({
			"w/a.yml": manual(),
			"w/a.yaml": manual(),
			"w/b.yml": manual('X == "1"'),
		});
		expect(problems.map(({ reason }) => reason)).toEqual([
			"got w/a.yml and w/a.yaml both on a bare manual run",
			"got a and b both on X=1",
			"got a and b both on X=1",
		]);
	});

	test("what cannot be evaluated may fire: it clashes rather than stays silent", () => {
		const { problems } = lintFolder({
			"a.yml": manual(),
			"b.yml": manual("len(X) > 1"),
		});
		expect(problems.map(({ rule }) => rule)).toEqual([
			"unknown-expression",
			"manual-clash",
		]);
	});

	test("secrets are declared and allowed on every event of the workflow, not only on the step's", () => {
		const text = `when:\n  - event: push\n  - event: manual\nsteps:\n  - name: a\n    image: alpine:3.20\n    commands: [echo]\n    environment:\n      T: {from_secret: token}\n    when:\n      - event: push\n`;
		const files = { "a.yml": text };
		expect(lintFolder(files, { secrets: [] }).problems).toMatchObject([
			{ rule: "undeclared-secret", line: 5 },
		]);
		expect(
			lintFolder(files, { secrets: [{ name: "token", events: ["push"] }] })
				.problems,
		).toMatchObject([
			{ rule: "secret-event", reason: expect.stringContaining("on manual") },
		]);
		expect(
			lintFolder(files, {
				secrets: [{ name: "token", events: ["push", "manual"] }],
			}).problems,
		).toEqual([]);
	});

	test("a secret in an image that it is not for", () => {
		const files = {
			"a.yml":
				"when: {event: push}\nsteps:\n  - name: a\n    image: evil:1.0\n    settings: {p: {from_secret: token}}\n",
		};
		const secret = { name: "token", events: ["push" as const] };
		expect(
			lintFolder(files, { secrets: [{ ...secret, images: ["good"] }] })
				.problems,
		).toMatchObject([{ rule: "secret-image", line: 3 }]);
		expect(
			lintFolder(files, { secrets: [{ ...secret, images: ["evil"] }] })
				.problems,
		).toEqual([]);
	});

	test("strangers take part, until their file is there", () => {
		const strangers = [
			parseStranger({
				name: "issues",
				when: [{ event: "manual", variables: { set: "ISSUE_NUMBER" } }],
			}),
		];
		const bare = { "a.yml": manual() };
		expect(lintFolder(bare, { strangers }).problems).toMatchObject([
			{ rule: "manual-clash", file: "issues.yml" },
		]);
		const files = { ...bare, "issues.yml": STEPS_ON_PUSH };
		expect(lintFolder(files, { strangers }).problems).toEqual([]);
		const waits = `${STEPS_ON_PUSH}depends_on: [issues, nobody]\n`;
		expect(
			lintFolder({ "w.yml": waits }, { strangers }).problems,
		).toMatchObject([
			{ rule: "unknown-workflow", reason: "got depends_on nobody" },
		]);
		expect(lintFolder({ "w.yml": waits }).problems).toEqual([]);
	});

	test("a clash on one branch only, on what two variables have in common, on a part of a text", () => {
		const on = (branch: string) =>
			manual().replace("manual", `manual\n    branch: ${branch}`);
		const clashes = (...texts: string[]) =>
			lintFolder(
				Object.fromEntries(texts.map((text, i) => [`${i}.yml`, text])),
			).problems.map(({ rule }) => rule);
		expect(clashes(on("dev"), on("dev"))).toEqual(["manual-clash"]);
		expect(clashes(on("dev"), on("master"))).toEqual([]);
		expect(clashes(manual("A == B"), manual('A == "x" && B == "x"'))).toEqual([
			"manual-clash",
		]);
		expect(
			clashes(manual('A startsWith "x"'), manual('A endsWith "y"')),
		).toEqual(["manual-clash"]);
		expect(clashes(manual('A == "x"'), manual('A == "y"'))).toEqual([]);
		expect(clashes(manual('CI_COMMIT_MESSAGE contains "a"'), manual())).toEqual(
			["manual-clash"],
		);
	});

	test("a clash on a branch that only a pattern, a ref or an expression names", () => {
		const clashes = (one: string, other = one) =>
			lintFolder({
				"a.yml": manual().replace("manual", `manual\n    ${one}`),
				"b.yml": manual().replace("manual", `manual\n    ${other}`),
			}).problems.map(({ rule }) => rule);
		expect(clashes("branch: release/*")).toEqual(["manual-clash"]);
		expect(clashes("branch: '{dev,stage}-[0-9]'")).toEqual(["manual-clash"]);
		expect(clashes("ref: refs/heads/dev")).toEqual(["manual-clash"]);
		expect(clashes(`evaluate: 'CI_COMMIT_BRANCH == "dev"'`)).toEqual([
			"manual-clash",
		]);
		expect(clashes("branch: release/*", "branch: hotfix/*")).toEqual([]);
	});

	test("a clash that is not known for sure is told as such, until one is", () => {
		const reasons = (...texts: string[]) =>
			lintFolder(Object.fromEntries(texts.map((text, i) => [`${i}.yml`, text])))
				.problems.filter(({ rule }) => rule === "manual-clash")
				.map(({ reason }) => reason);
		const open = manual('A matches "^1$"');
		expect(reasons(open, manual('B == "2"'))).toEqual([
			"got 0 and 1 perhaps both on B=2",
		]);
		expect(
			reasons(manual('A == "1" || A matches "^1$"'), manual('A == "1"')),
		).toEqual(["got 0 and 1 both on A=1"]);
	});

	test("workflows that wait for each other", () => {
		const waitsFor = (name: string) =>
			`when: {event: push}\ndepends_on: [${name}]\n${STEPS}`;
		const files = { "a.yml": waitsFor("b"), "b.yml": waitsFor("c") };
		expect(
			lintFolder({ ...files, "c.yml": waitsFor("b") }).problems,
		).toMatchObject([
			{ rule: "dependency-cycle", file: "b.yml", reason: "got b -> c -> b" },
		]);
		expect(lintFolder({ ...files, "c.yml": STEPS_ON_PUSH }).problems).toEqual(
			[],
		);
	});

	test("a cron that nobody declared", () => {
		const files = { "a.yml": `when: {event: cron, cron: nightly}\n${STEPS}` };
		expect(lintFolder(files, { crons: ["weekly"] }).problems).toMatchObject([
			{ rule: "unknown-cron" },
		]);
		expect(lintFolder(files, { crons: ["nightly"] }).problems).toEqual([]);
	});
});

/** As constraint.go of 3.17 decides. */
describe("fires", () => {
	const workflow = (when: string) =>
		parseWorkflow("a.yml", `when:\n${when}\n${STEPS}`);
	test.each([
		[
			"  - event: push\n    path: ci/**",
			{ event: "push", paths: ["ci/a/b"] },
			"yes",
		],
		[
			"  - event: push\n    path: ci/**",
			{ event: "push", paths: ["lib/x"] },
			"no",
		],
		["  - event: push\n    path: ci/**", { event: "push", paths: [] }, "yes"],
		["  - path: ci/**", { event: "manual" }, "yes"],
		["  - path: ci/**", { event: "tag" }, "yes"],
		[
			"  - event: push\n    path: {exclude: ['docs/**']}",
			{ event: "push", paths: ["docs/a", "lib/b"] },
			"yes",
		],
		[
			"  - event: push\n    path: {exclude: ['docs/**']}",
			{ event: "push", paths: ["docs/a"] },
			"no",
		],
		[
			"  - event: push\n    path: {include: [x], ignore_message: '[ALL]'}",
			{ event: "push", paths: ["y"], message: "fix [all]" },
			"yes",
		],
		[
			"  - event: push\n    branch: release/*",
			{ event: "push", branch: "release/1" },
			"yes",
		],
		[
			"  - event: push\n    branch: release/*",
			{ event: "push", branch: "release/1/2" },
			"no",
		],
		[
			"  - event: tag\n    branch: master",
			{ event: "tag", branch: "x" },
			"yes",
		],
		[
			"  - event: cron\n    cron: nightly",
			{ event: "cron", cron: "weekly" },
			"no",
		],
		["  - event: push\n  - event: manual", { event: "manual" }, "yes"],
		[
			"  - event: push\n    ref: refs/heads/release/**",
			{ event: "push", branch: "release/1/2" },
			"yes",
		],
		[
			"  - event: push\n    ref: refs/tags/*",
			{ event: "push", branch: "master" },
			"no",
		],
		["  - event: tag\n    ref: refs/tags/v*", { event: "tag" }, "unknown"],
		["  - event: push\n    repo: other/repo", { event: "push" }, "unknown"],
		[
			"  - event: manual\n    evaluate: 'CI_COMMIT_BRANCH == \"master\"'",
			{ event: "manual", branch: "dev" },
			"no",
		],
		[
			"  - event: manual\n    evaluate: 'CI_REPO_OWNER == \"me\"'",
			{ event: "manual", branch: "dev" },
			"unknown",
		],
	] as const)("%s on %j: %s", (when, trigger, wanted) => {
		expect(fires(workflow(when), trigger)).toBe(wanted);
	});

	test("a workflow of which no step is left does not start", () => {
		const text =
			"steps:\n  - name: a\n    image: x:1.0\n    commands: [echo]\n    when: {event: push}\n";
		expect(fires(parseWorkflow("a.yml", text), { event: "manual" })).toBe("no");
	});
});

/** Each row was seen in woodpecker-cli 3.17, as a path filter. */
test.each([
	["{*.md,docs/**}", "a.md", true],
	["{*.md,docs/**}", "docs/x/y", true],
	["{a,{b,c}}", "c", true],
	["{a?,b*}", "bzz", true],
	["a/**", "a", true],
	["a/**/b", "a/b", true],
	["a**", "ab/c", false],
	["**b", "a/b", false],
	["a\\*b", "axb", false],
	["[!a]x", "bx", true],
	["[", "[", false],
	["{a", "{a", false],
])("the glob %s on %s: %s", (glob, text, wanted) => {
	expect(matchesGlob(glob, text)).toBe(wanted);
});

test("the matrix shows every trigger that the folder tells apart", () => {
	const { workflows } = lintFolder({
		"build.yml": `when:\n  - event: push\n    path: [ci/Dockerfile]\n  - event: manual\n    evaluate: 'WORKFLOW == ""'\n${STEPS}`,
		"drift.yml": `when:\n  - event: cron\n    cron: drift-detection\n${STEPS}`,
	});
	expect(renderTriggerMatrix(workflows, matrixColumns(workflows))).toBe(
		[
			"| workflow | push master | push elsewhere | push master `ci/Dockerfile` | pull request | tag | cron drift-detection | manual, bare |",
			"| --- | --- | --- | --- | --- | --- | --- | --- |",
			"| build |  |  | yes |  |  |  | yes |",
			"| drift |  |  |  |  |  | yes |  |",
			"",
		].join("\n"),
	);
});

test.each(WRONG_FILES.map((each) => [each.name, each] as const))(
	"a wrong file, %s",
	(_name, { text, ours, model }) => {
		const { problems } = lintFolder({ "wrong.yml": text }, FACTS);
		const rules = problems
			.filter(({ rule }) => rule !== "unknown-expression")
			.map(({ rule }) => rule);
		expect(rules).toEqual(ours);
		if (ours.length === 0) expect(model).toBeDefined();
	},
);
