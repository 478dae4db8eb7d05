import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { buildStep } from "../../lib/pipelines/build-step";
import { pipelineWorkflows } from "../../lib/pipelines/pipeline-workflows";
import type { NotifyPolicy, PushTarget } from "../../lib/pipelines/pipelines";
import { targetIn } from "../../lib/pipelines/push-target";
import { STRANGERS } from "../../lib/pipelines/strangers";
import { verifyStep } from "../../lib/pipelines/verify-step";
import { workflowFiles } from "../../lib/pipelines/workflow-files";
import { registry } from "../../lib/registry";
import { fires, type Trigger } from "../../lib/woodpecker/fires";
import { lintFolder } from "../../lib/woodpecker/lint-folder";
import { manualCombinations } from "../../lib/woodpecker/manual-clashes";
import { parseStranger } from "../../lib/woodpecker/stranger";
import { substitute } from "../../lib/woodpecker/substitution";
import { props } from "./example";

const { files, page } = workflowFiles(props);
const made = pipelineWorkflows(props);
const { workflows } = lintFolder(files, {
	strangers: STRANGERS.map(parseStranger),
});
const SHA = "0123456789abcdef0123456789abcdef01234567";
const SERVER: Readonly<Record<string, string>> = {
	CI_COMMIT_SHA: SHA,
	CI_PIPELINE_NUMBER: "42",
};

const started = (trigger: Trigger) =>
	workflows
		.filter((workflow) => fires(workflow, trigger) !== "no")
		.map(({ name }) => name)
		.sort();
const push = (path: string, branch = "master") =>
	started({ event: "push", branch, paths: [path] });
const manual = (variables: Record<string, string>) =>
	started({
		event: "manual",
		branch: "master",
		variables: new Map(Object.entries(variables)),
	});
const EVERY_PUSH = ["build-cli", "default", "k8s-portal"];

test.each([
	["ci/Dockerfile", ["build-ci-image"]],
	["ci/notify", []],
	["ci/guard.mjs", ["registry-config-sync"]],
	[
		"generated/registry-host/vm/opt/registry/nginx.conf",
		["registry-config-sync"],
	],
	["generated/registry-host/nodes/etc/hosts.toml", []],
	["scripts/pve-nfs-exports", ["pve-nfs-exports-sync"]],
	["docs/post-mortems/2026.md", ["postmortem-todos"]],
	["docs/post-mortems/more/2026.md", []],
])("a push of %s to master", (path, more) => {
	expect(push(path)).toEqual([...EVERY_PUSH, ...more].sort());
	expect(push(path, "feature")).toEqual(["build-cli"]);
});

test("a pull request is planned, a tag starts nothing, each cron its own", () => {
	const paths = ["stacks/a/main.tf"];
	expect(started({ event: "pull_request", branch: "master", paths })).toEqual([
		"default-plan",
	]);
	expect(started({ event: "tag" })).toEqual([]);
	expect(started({ event: "deployment", branch: "master" })).toEqual([]);
	const cron = (name: string) =>
		started({ event: "cron", branch: "master", cron: name });
	expect(cron("drift-detection")).toEqual(["drift-detection"]);
	expect(cron("renew-tls-certificate")).toEqual(["renew-tls"]);
	expect(cron("another")).toEqual([]);
});

test.each([
	[{}, ["build-ci-image"]],
	[{ WORKFLOW: "build-ci-image" }, ["build-ci-image"]],
	[{ WORKFLOW: "breakglass-infra-ci" }, ["breakglass-infra-ci"]],
	[{ WORKFLOW: "registry-config-sync" }, ["registry-config-sync"]],
	[{ WORKFLOW: "pve-nfs-exports-sync" }, ["pve-nfs-exports-sync"]],
	[{ WORKFLOW: "unknown" }, []],
	[{ ISSUE_NUMBER: "5" }, ["issue-automation"]],
	[
		{ ISSUE_NUMBER: "5", WORKFLOW: "registry-config-sync" },
		["issue-automation"],
	],
	[{ USERNAME: "a", EMAIL: "b" }, ["provision-user"]],
	[{ USERNAME: "a", EMAIL: "b", ISSUE_NUMBER: "5" }, ["issue-automation"]],
	[{ USERNAME: "a" }, []],
])("a manual run with %j", (variables, wanted) => {
	expect(manual(variables)).toEqual(wanted);
});

test("no manual run starts two, over all combinations of all variables", () => {
	const { combinations, complete } = manualCombinations(workflows);
	expect(complete).toBe(true);
	// WORKFLOW: 4 names, none, another; three more: given or not
	expect(combinations).toHaveLength(6 * 2 ** 3);
	for (const variables of combinations)
		expect(
			started({ event: "manual", branch: "master", variables }).length,
		).toBeLessThanOrEqual(1);
});

test.each(
	[...made.workflows, made.app].map((each) => [each.name, each] as const),
)(
	"%s: what the server makes of the file is what was meant",
	(name, workflow) => {
		const text =
			name === "app" ? workflowFiles(props).appTemplate : files[`${name}.yml`];
		const seen = parse(substitute(text ?? "", (each) => SERVER[each]));
		const meant = JSON.parse(
			JSON.stringify(
				workflow.steps.map(({ commands }) => commands ?? null),
			).replace(
				/\uE000(\w+)(?::0:(\d+))?\uE001/g,
				(_, variable: string, length) =>
					(SERVER[variable] ?? "").slice(0, length && Number(length)),
			),
		);
		expect(
			seen.steps.map((step: { commands?: string[] }) => step.commands ?? null),
		).toEqual(meant);
	},
);

test("infra-ci is named by its commit alone, and nothing that floats is used", () => {
	const texts = Object.values(files).join("\n");
	const images = [...texts.matchAll(/^\s+image: (.*)$/gm)].map(([, i]) => i);
	expect(new Set(images)).toEqual(
		new Set([
			"registry.viktorbarzin.me/infra-ci:7cb44d72",
			"node:24.11.1-alpine",
			"woodpeckerci/plugin-docker-buildx:6.1.1",
			"woodpeckerci/plugin-git:2.9.2",
		]),
	);
	expect(texts.replace(/#.*/g, "")).not.toMatch(/ssh-keyscan|apk add/);
});

test("pull requests are given no secret", () => {
	expect(files["default-plan.yml"]).not.toContain("from_secret");
	for (const workflow of workflows) {
		const events = workflow.when.flatMap(({ events }) => events);
		const secrets = workflow.steps.flatMap((step) => step.secrets);
		if (events.some((event) => event.startsWith("pull_request")))
			expect(secrets).toEqual([]);
	}
});

test.each<[NotifyPolicy, string[]]>([
	["always", ["success", "failure"]],
	["failure", ["failure"]],
	["change", ["success", "failure"]],
])("one prop says when people are told: %s", (notify, status) => {
	for (const [name, text] of Object.entries(
		workflowFiles({ ...props, notify }).files,
	)) {
		const { steps } = parse(text) as {
			steps: {
				name: string;
				environment?: Record<string, unknown>;
				when?: { status?: string[] }[];
			}[];
		};
		const last = steps.at(-1);
		if (name === "default-plan.yml") expect(last?.name).not.toBe("notify");
		else {
			expect(last).toMatchObject({
				name: "notify",
				environment: { NOTIFY_POLICY: notify },
			});
			for (const item of last?.when ?? []) expect(item.status).toEqual(status);
		}
	}
});

test("every step of shell notes that it begins and that it is done, for who says which one failed", () => {
	for (const [name, text] of Object.entries(files)) {
		if (name === "default-plan.yml") continue;
		for (const step of parse(text).steps) {
			if (!step.commands || step.name === "notify") continue;
			expect(step.commands[0]).toBe(`echo ${step.name} >.ci-step`);
			expect(step.commands.at(-1)).toBe(": >.ci-step");
		}
	}
});

test("the same settings give the same bytes, which are those committed", () => {
	expect(workflowFiles(props).files).toEqual(files);
	for (const [name, text] of Object.entries(files))
		expect(readFileSync(`generated/.woodpecker/${name}`, "utf8")).toBe(text);
	expect(readFileSync("docs/pipelines.md", "utf8")).toBe(page);
});

test("the app template deploys the build's number and no latest", () => {
	const text = workflowFiles(props).appTemplate;
	expect(text).not.toMatch(/- latest|:latest/);
	const seen = parse(substitute(text, (name) => SERVER[name]));
	expect(seen.steps.map((step: { name: string }) => step.name)).toEqual([
		"build-and-push",
		"verify-integrity",
		"deploy",
	]);
	expect(seen.steps[0].settings).toMatchObject({
		platforms: "linux/amd64",
		tags: ["42"],
	});
	expect(seen.steps[2].commands.join("\n")).toContain(
		"docker.io/your-dockerhub-user/myapp:42",
	);
});

test("a target without TLS or with a private CA: where it is pushed to, not where the cluster asks", () => {
	const [target] = props.cli.targets;
	if (!target) throw new Error("no target");
	const { user, password } = target;
	const model = registry({
		name: "open",
		kind: "distribution",
		url: "http://10.0.20.10:5000",
		plainHttp: true,
		ca: "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
	});
	const verified = (each: PushTarget) =>
		verifyStep([each], "1").commands.join("\n");
	const plain = targetIn(model, "infra", { user, password });
	expect(plain).toMatchObject({ plainHttp: true, ca: model.ca });
	expect(verified(plain)).toContain(" http://10.0.20.10:5000/infra:1");
	expect(verified(plain)).toContain('--ca-file "$ca"');
	expect(buildStep([plain], {}).settings.buildkit_config).toBe(
		'[registry."10.0.20.10:5000"]\n  http = true\n',
	);
	const inside = registry({ ...model, pushHost: "registry.example" });
	const outside = targetIn(inside, "infra", { user, password });
	expect(verified(outside)).toMatch(/ registry\.example\/infra:1$/m);
	expect(verified(outside)).not.toContain("--ca-file");
	expect(buildStep([outside], {}).settings.buildkit_config).toBeUndefined();
	expect(verified(target)).toMatch(
		/--realm-hosts auth\.docker\.io .* registry-1\.docker\.io\/viktorbarzin\/infra:1$/m,
	);
});
