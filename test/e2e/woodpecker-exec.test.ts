// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what the shell and the server make of it is what this is about
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { PipelinesProps } from "../../lib/pipelines/pipelines";
import { workflowFiles } from "../../lib/pipelines/workflow-files";
import { renderWorkflow } from "../../lib/woodpecker/render";
import { props } from "../pipelines/example";
import { children } from "../support/damage";
import { type Distribution, PASSWORD, USER } from "../support/distribution";
import { multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { pushContent } from "../support/push";
import { ifPresent, requirePrograms } from "../support/requires";
import { shellish } from "../support/shellish";
import { plant } from "../support/storage";
import { dataRoot, must, writeFiles } from "../support/terraform/hand-written";
import { startTwoTargets, TARGET_SECRETS } from "../support/two-targets";
import { NEEDS_CLI, WOODPECKER_CLI } from "../support/woodpecker-cli";
import { WorkflowLab } from "../support/workflow-lab";

const { suite, programs } = requirePrograms(
	...(["registry2", "htpasswd", "openssl", "skopeo"] as const),
	...(["terraform", "git", "jq", "curl"] as const),
);
const SHA = "0123456789abcdef0123456789abcdef01234567";

suite("whole workflows, run", () => {
	const lab = new Lab();
	let workflows: WorkflowLab;

	lab.before(async () => {
		workflows = await WorkflowLab.start(lab);
	});

	const emitted = (name: string, change: Partial<PipelinesProps> = {}) =>
		workflowFiles({ ...props, ...change }).files[`${name}.yml`] ?? "";

	ifPresent(WOODPECKER_CLI !== undefined, NEEDS_CLI)("texts", () => {
		lab.test(
			"what a command says is what its shell gets, to the byte",
			async () => {
				const nasty = [
					"x='a b'; y=(one two)",
					'printf \'%s|\' "${x}" "${y[@]}" "${#y[@]}" "${x/a/b}" "${x:-none}" \'$${z}\' \'\\\\\' \'a\\/b\' \'$x\' "$((1 + 1))" >out',
					"cat >>out <<EOF\n\ttab and ${x} and \\$x\nEOF",
					`printf %s "${"\u00e9"}: #no comment" >>out`,
				];
				const text = renderWorkflow(
					{
						name: "nasty",
						when: [{ event: "push" }],
						skipClone: true,
						steps: [{ name: "a", image: "bash:5.2", commands: nasty }],
					},
					"x",
				);
				const { code, output } = await workflows.run("nasty", text, {
					event: "push",
				});
				expect([code, output]).toEqual([0, output]);
				expect(readFileSync(join(workflows.workspace, "out"), "utf8")).toBe(
					"a b|one|two|2|b b|a b|$${z}|\\\\|a\\/b|$x|2|\ttab and a b and $x\né: #no comment",
				);
			},
		);

		lab.test("whatever text a step is given, its shell gets", async () => {
			const texts = fc.sample(
				// an environment has no NUL, and YAML no lone carriage return or control character
				shellish.map((any) => any.replace(/[^\P{C}\n\t]/gu, "")),
				{ seed: 7, numRuns: 300 },
			);
			const names = texts.map((_, i) => `X${i}`);
			const text = renderWorkflow(
				{
					name: "texts",
					when: [{ event: "push" }],
					steps: [
						{
							name: "a",
							image: "bash:5.2",
							environment: Object.fromEntries(
								texts.map((each, i) => [`X${i}`, each]),
							),
							commands: [
								`for name in ${names.join(" ")}; do printf '%s\\0' "\${!name}"; done >texts`,
							],
						},
					],
				},
				"x",
			);
			const { code, output } = await workflows.run("texts", text, {
				event: "push",
			});
			expect([code, output]).toEqual([0, output]);
			const got = readFileSync(join(workflows.workspace, "texts"), "utf8");
			expect(got.split("\0").slice(0, -1)).toEqual(texts);
		});
	});

	describe("build-ci-image", () => {
		let first: Distribution;
		let second: Distribution;
		let env: Record<string, string>;
		let text: string;
		const build = () =>
			workflows.run(
				"build-ci-image",
				text,
				{
					event: "manual",
					branch: "master",
					sha: SHA,
					secrets: TARGET_SECRETS,
				},
				env,
			);

		lab.before(async () => {
			const { targets, tls, ...started } = await startTwoTargets(lab, programs);
			({ first, second } = started);
			text = emitted("build-ci-image", {
				infraCi: { ...props.infraCi, targets, breakglass: false },
			});
			env = {
				CERTIFICATES: tls.folder,
				SOURCE: `${first.host}/source:v1`,
				SOURCE_LOGIN: `${USER}:${PASSWORD}`,
				REGISTRY_CA_FILE: tls.caFile,
			};
		});

		lab.test("builds, verifies both targets, and tells", async () => {
			const content = multiArch("good", { tarballs: true });
			await pushContent(first.target, "source", content, "v1");
			const { code, output } = await build();
			expect([code, output]).toEqual([
				0,
				expect.stringContaining("pushed linux/amd64"),
			]);
			expect(output).toContain(SHA.slice(0, 8));
			expect(workflows.told).toHaveLength(1);
			expect(workflows.told[0]?.text).toContain("build-ci-image: success");
			expect(output).not.toContain(PASSWORD);
		});

		lab.test(
			"fails where a layer has rotted in the second, and says which step",
			async () => {
				const content = multiArch("bad", { tarballs: true });
				await pushContent(first.target, "source", content, "v1");
				await build();
				const [child = ""] = children(content, content.root);
				const [, layer = ""] = children(content, child);
				plant.zeroed(second.storage.blob(layer));
				// the layer is there for who asks with HEAD: it is not pushed anew
				const { code } = await build();
				expect(code).toBe(1);
				expect(workflows.told[0]?.text).toContain(
					"failure in step verify-integrity",
				);
				expect(workflows.failingStep).toBe("verify-integrity");
			},
		);

		lab.test(
			"fails where the build does, and names the plugin's step",
			async () => {
				env.SOURCE = `${first.host}/nothing:v1`;
				const { code } = await build();
				expect(code).toBe(1);
				expect(workflows.failingStep).toBe("build-and-push");
			},
		);

		ifPresent(WOODPECKER_CLI !== undefined, NEEDS_CLI)(
			"by the server's own rules",
			() => {
				lab.test("another workflow's manual run is filtered out", async () => {
					const ran = await workflows.run("build-ci-image", text, {
						event: "manual",
						branch: "master",
						variables: { ISSUE_NUMBER: "5" },
						secrets: TARGET_SECRETS,
					});
					expect(ran.output).toContain("no workflows to execute");
					expect(workflows.told).toEqual([]);
				});

				lab.test(
					"a secret that is not there fails it before its first step",
					async () => {
						const ran = await workflows.run(
							"build-ci-image",
							text,
							{ event: "manual", branch: "master", sha: SHA },
							env,
						);
						expect(ran.code).toBe(1);
						expect(ran.output).toMatch(/secret "\w+" not found/);
					},
				);
			},
		);
	});

	describe("default, default-plan and drift-detection", () => {
		let env: Record<string, string>;
		const git = (...args: readonly string[]) =>
			must(workflows.workspace, [programs.git, ...args], {
				GIT_AUTHOR_NAME: "t",
				GIT_AUTHOR_EMAIL: "t@example.com",
				GIT_COMMITTER_NAME: "t",
				GIT_COMMITTER_EMAIL: "t@example.com",
				GIT_CONFIG_GLOBAL: "/dev/null",
			}).trim();
		const commit = (files: Readonly<Record<string, string>>) => {
			writeFiles(workflows.workspace, files);
			git("add", "-A");
			git("commit", "-q", "-m", "next");
			return git("rev-parse", "HEAD");
		};
		const state = () =>
			join(workflows.workspace, "stacks/app/terraform.tfstate");
		const applied = () =>
			JSON.parse(readFileSync(state(), "utf8")).resources[0].instances[0]
				.attributes.input.value;

		lab.before(async () => {
			git("init", "-q", "-b", "master");
			commit({
				".gitignore": ".terraform*\n*.tfstate*\n.ci-*\nout\n",
				"stacks/app/main.tf": dataRoot("one"),
			});
			env = {
				TERRAFORM_BINARY_NAME: programs.terraform,
				APPLIED_FILE: join(lab.folder, "applied.json"),
				GIT_CONFIG_GLOBAL: "/dev/null",
				// a token: no login at a Vault that is not there
				VAULT_TOKEN: "none",
			};
		});
		const start = (name: string, event: string) =>
			workflows.run(
				name,
				emitted(name, { pushgateway: undefined }),
				{ event, branch: "master", changed: ["stacks/app/main.tf"] },
				{ ...env, CI_COMMIT_TARGET_BRANCH: "master" },
			);

		lab.test("a push applies what changed and tells nobody", async () => {
			const { code, output } = await start("default", "push");
			expect([code, output]).toEqual([0, expect.stringContaining("1 applied")]);
			expect(applied()).toBe("one");
			expect(workflows.told).toEqual([]);
		});

		lab.test("a pull request is planned and nothing is applied", async () => {
			git("checkout", "-q", "-b", "change");
			commit({ "stacks/app/main.tf": dataRoot("two") });
			const { code, output } = await start("default-plan", "pull_request");
			expect([code, output]).toEqual([0, expect.stringContaining("app")]);
			expect(applied()).toBe("one");
			git("checkout", "-q", "master");
		});

		lab.test("a drift ends red, and people are told which stack", async () => {
			const clean = await start("drift-detection", "cron");
			expect([clean.code, clean.output]).toEqual([0, clean.output]);
			expect(workflows.told).toEqual([]);
			writeFileSync(
				state(),
				readFileSync(state(), "utf8").replaceAll('"one"', '"by hand"'),
			);
			const { code } = await start("drift-detection", "cron");
			expect(code).not.toBe(0);
			expect(workflows.failingStep).toBe("drift");
			expect(workflows.told[0]?.attachments[0]?.text).toContain("app");
		});

		lab.test(
			"a failed apply ends red, and people are told what and where",
			async () => {
				commit({
					"stacks/app/main.tf": 'locals {\n  x = tonumber("x")\n}\n',
				});
				const { code } = await start("default", "push");
				expect(code).not.toBe(0);
				expect(workflows.failingStep).toBe("apply");
				expect(workflows.told[0]?.text).toContain(
					"default: failure in step apply",
				);
				expect(workflows.told[0]?.attachments[0]?.text).toContain("app");
				expect(existsSync(join(workflows.workspace, ".ci-report"))).toBe(true);
			},
		);
	});
});
