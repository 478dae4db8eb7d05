import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { imageOf, PINS } from "../../lib/pins";
import { workflowFiles } from "../../lib/pipelines/workflow-files";
import type { WorkflowEvent } from "../../lib/woodpecker/event";
import { fires } from "../../lib/woodpecker/fires";
import { lintFolder } from "../../lib/woodpecker/lint-folder";
import { parseWorkflow } from "../../lib/woodpecker/parse";
import { renderWorkflow } from "../../lib/woodpecker/render";
import { props } from "../pipelines/example";
import { ifPresent, requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import {
	execWorkflow,
	NEEDS_CLI,
	WOODPECKER_CLI,
	woodpeckerCli,
} from "../support/woodpecker-cli";
import { EVERY_KEY } from "../woodpecker/every-key";
import { randomTrigger } from "../woodpecker/random-triggers";
import { WRONG_FILES } from "../woodpecker/wrong-files";

const { suite, programs } = requirePrograms("check-jsonschema");
const { files, appTemplate } = workflowFiles(props);
const generated = { ...files, "app-template.yml": appTemplate };
const everyKey = renderWorkflow(EVERY_KEY, "x");

let folder: string;
const path = (name: string) => join(folder, name);
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "woodpecker-"));
	mkdirSync(path("workspace"));
	for (const [name, text] of Object.entries(generated))
		writeFileSync(path(name), text);
	writeFileSync(path("every-key.yml"), everyKey);
	for (const [i, { text }] of WRONG_FILES.entries())
		writeFileSync(path(`wrong-${i}.yml`), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

suite("Woodpecker's own schema", () => {
	async function refused(names: readonly string[]): Promise<string[]> {
		const { stdout } = await runProgram(programs["check-jsonschema"], [
			...["--builtin-schema", "vendor.woodpecker-ci", "-o", "json"],
			...names.map(path),
		]);
		const report = JSON.parse(stdout) as {
			errors?: { filename: string }[];
			parse_errors?: { filename: string }[];
		};
		return [...(report.errors ?? []), ...(report.parse_errors ?? [])].map(
			({ filename }) => basename(filename),
		);
	}

	test("accepts every generated file", async () => {
		expect(Object.keys(generated)).toHaveLength(9);
		expect(await refused(Object.keys(generated))).toEqual([]);
	}, 30_000);

	test("and one with every key that the types have", async () => {
		expect(await refused(["every-key.yml"])).toEqual([]);
	}, 30_000);

	test("and of the wrong ones what the table says", async () => {
		const names = WRONG_FILES.map((_, i) => `wrong-${i}.yml`);
		const got = new Set(await refused(names));
		expect(
			WRONG_FILES.map(({ name }, i) => [
				name,
				got.has(`wrong-${i}.yml`) ? "refuses" : "accepts",
			]),
		).toEqual(WRONG_FILES.map(({ name, schema }) => [name, schema]));
	}, 30_000);
});

ifPresent(WOODPECKER_CLI !== undefined, NEEDS_CLI)(
	"woodpecker-cli 3.17",
	() => {
		const lint = async (name: string, ...flags: string[]) =>
			(
				await woodpeckerCli([
					"lint",
					...flags,
					...["--plugins-privileged", imageOf(PINS.pluginDockerBuildx)],
					path(name),
				])
			).code === 0
				? "accepts"
				: "refuses";

		test("is the version that the table was recorded with", async () => {
			const { stdout } = await woodpeckerCli(["--version"]);
			expect(stdout).toContain("3.17");
		});

		test("lint accepts every key that the types have, and warns of runs_on alone", async () => {
			const { code, stdout } = await woodpeckerCli([
				"lint",
				path("every-key.yml"),
			]);
			expect(code).toBe(0);
			expect(stdout.split("\n").filter((line) => /^ .*⚠/u.test(line))).toEqual([
				expect.stringContaining("runs_on"),
			]);
		});

		test.each(Object.keys(generated))(
			"lint --strict accepts %s",
			async (name) => {
				expect(await lint(name, "--strict")).toBe("accepts");
			},
		);

		test.each(WRONG_FILES.map((each, i) => [each.name, each, i] as const))(
			"a wrong file, %s",
			async (_name, { text, lint: plain, strict, exec }, i) => {
				const name = `wrong-${i}.yml`;
				expect([await lint(name), await lint(name, "--strict")]).toEqual([
					plain,
					strict,
				]);
				if (!exec) return;
				// the local engine takes the image for the shell
				writeFileSync(path(name), text.replaceAll("bash:5.2", "bash"));
				const ran = await execWorkflow(path(name), path("workspace"), {
					event: exec.event,
					branch: "dev",
					changed: ["README.md"],
				});
				const output = ran.stdout + ran.stderr;
				const does = /\] ran$/m.test(output)
					? "runs"
					: /❌/.test(output)
						? "fails"
						: "runs nothing";
				expect([does, output]).toEqual([exec.does, output]);
			},
		);

		/** Each generated file, its steps told to say that they ran. */
		const spoken = (text: string) =>
			text.replace(
				/steps:\n[\s\S]*$/,
				"steps:\n  - name: a\n    image: bash\n    commands: [echo started]\n",
			);
		const TRIGGERS: readonly {
			readonly event: WorkflowEvent;
			readonly branch: string;
			readonly paths?: readonly string[];
			readonly variables?: Readonly<Record<string, string>>;
		}[] = [
			{ event: "push", branch: "master", paths: ["README.md"] },
			{ event: "push", branch: "master", paths: ["ci/Dockerfile", "a"] },
			{ event: "push", branch: "feature", paths: ["ci/Dockerfile"] },
			{
				event: "push",
				branch: "master",
				paths: ["generated/registry-host/vm/opt/registry/bin/x"],
			},
			{ event: "push", branch: "master", paths: ["ci/guard.mjs"] },
			{ event: "push", branch: "master", paths: ["scripts/pve-nfs-exports"] },
			{ event: "pull_request", branch: "master", paths: ["ci/Dockerfile"] },
			{ event: "tag", branch: "master" },
			{ event: "manual", branch: "master" },
			{ event: "manual", branch: "feature" },
			...[
				...["build-ci-image", "breakglass-infra-ci", "registry-config-sync"],
				...["pve-nfs-exports-sync", "another"],
			].map((WORKFLOW) => ({
				event: "manual" as const,
				branch: "master",
				variables: { WORKFLOW },
			})),
			{ event: "manual", branch: "master", variables: { ISSUE_NUMBER: "5" } },
			{
				event: "manual",
				branch: "master",
				variables: { ISSUE_NUMBER: "5", WORKFLOW: "registry-config-sync" },
			},
		];

		test("whatever the conditions, it starts what our port says", async () => {
			const wrong: unknown[] = [];
			for (const sample of fc.sample(randomTrigger, { seed: 3, numRuns: 80 })) {
				const { workflow, step, event, branch, paths, message } = sample;
				const text = JSON.stringify({
					when: workflow,
					steps: [
						{
							name: "a",
							image: "bash",
							commands: ["echo started"],
							...(step && { when: step }),
						},
					],
				});
				const ours = fires(parseWorkflow("random.yml", text), {
					...{ event, branch, paths, message },
					variables: new Map(Object.entries(sample.variables)),
				});
				writeFileSync(path("random.yml"), text);
				const ran = await execWorkflow(path("random.yml"), path("workspace"), {
					...{ event, branch, message, changed: paths },
					variables: sample.variables,
				});
				const theirs = /\] started$/m.test(ran.stdout + ran.stderr)
					? "yes"
					: "no";
				if (ours !== "unknown" && ours !== theirs)
					wrong.push([ours, theirs, sample]);
			}
			expect(wrong).toEqual([]);
		}, 60_000);

		test.each(TRIGGERS)(
			"starts on %j what the matrix says",
			async (trigger) => {
				const { event, branch, paths, variables } = trigger;
				const { workflows } = lintFolder(files);
				const wanted = workflows
					.filter(
						(each) =>
							fires(each, {
								...trigger,
								variables: new Map(Object.entries(variables ?? {})),
							}) === "yes",
					)
					.map(({ name }) => name)
					.sort();
				const started: string[] = [];
				for (const [name, text] of Object.entries(files)) {
					const file = path(`spoken-${name}`);
					writeFileSync(file, spoken(text));
					const ran = await execWorkflow(file, path("workspace"), {
						event,
						branch,
						changed: paths,
						variables,
					});
					if (/\] started$/m.test(ran.stdout + ran.stderr))
						started.push(name.replace(".yml", ""));
				}
				expect(started.sort()).toEqual(wanted);
			},
		);
	},
);
