import type { PipelinesProps } from "../../lib/pipelines/pipelines";
import { resolvePipelines } from "../../lib/pipelines/resolve-pipelines";
import { workflowFiles } from "../../lib/pipelines/workflow-files";
import { calledFiles } from "../../stacks/called-files";
import { checkSettings } from "../../stacks/check-settings";
import type { Settings } from "../../stacks/model";
import { pipelineFiles } from "../../stacks/pipeline-files";
import { hostOf } from "../../stacks/registry-host";
import { registryHostFiles } from "../../stacks/registry-host-files";
import { settings } from "../../stacks/settings";
import { props } from "./example";

const wrong = (change: Record<string, unknown>) => () =>
	resolvePipelines({ ...props, ...change } as PipelinesProps);

test.each<[string, Record<string, unknown>, string]>([
	[
		"no secret for Slack",
		{ slackWebhook: undefined },
		"pipelines.slackWebhook: got nothing, wanted a secret {name, events, vault}",
	],
	[
		"a secret without Vault",
		{ slackWebhook: { name: "a", events: ["push"] } },
		"pipelines.slackWebhook.vault: got nothing",
	],
	[
		"a secret on an event that is none",
		{ slackWebhook: { ...props.slackWebhook, events: ["pusch"] } },
		'pipelines.slackWebhook.events: got ["pusch"]',
	],
	[
		"a tag that floats",
		{ infraCi: { ...props.infraCi, tag: "latest" } },
		'pipelines.infraCi.tag: got "latest", wanted the first 8 characters of a commit',
	],
	[
		"no registry that infra-ci is pushed to",
		{ infraCi: { ...props.infraCi, targets: [] } },
		"pipelines.infraCi.targets: got [], wanted at least one",
	],
	[
		"a target with a tag",
		{ cli: { targets: [{ ...props.cli.targets[0], repository: "a.b/c:1" }] } },
		'pipelines.cli.targets[0].repository: got "a.b/c:1"',
	],
	[
		"a target without a host",
		{
			cli: {
				targets: [
					{ ...props.cli.targets[0], repository: "viktorbarzin/infra" },
				],
			},
		},
		"wanted host[:port]/repository",
	],
	[
		"no cron for the drift",
		{ crons: [] },
		"pipelines.crons: got [], wanted one named drift-detection",
	],
	["no roots", { roots: [] }, "pipelines.roots: got [], wanted at least one"],
	[
		"a root that is shell",
		{ roots: ["$(x)"] },
		'pipelines.roots: got "$(x)", wanted a folder or a glob',
	],
	[
		"no machine",
		{ registryHost: undefined },
		"pipelines.registryHost.host: got nothing",
	],
	[
		"a port that is none",
		{ proxmox: { ...props.proxmox, port: 70000 } },
		"pipelines.proxmox.port: got 70000",
	],
	[
		"a policy that is none",
		{ notify: "never" },
		'pipelines.notify: got "never", wanted one of always, failure, change',
	],
	["no parallelism", { parallel: 0 }, "pipelines.parallel: got 0"],
	[
		"a Vault that is no address",
		{ vaultAddress: "vault:8200" },
		'pipelines.vaultAddress: got "vault:8200"',
	],
	["a branch that is a pattern", { branch: "release/*" }, "pipelines.branch"],
])("%s is refused", (_name, change, message) => {
	expect(wrong(change)).toThrow(message);
});

test("all mistakes are said at once", () => {
	expect(wrong({ parallel: 0, roots: [] })).toThrow(/parallel.*\n.*roots/);
});

test("a secret that is not allowed on an event of a workflow that uses it fails the synth", () => {
	const slackWebhook = { ...props.slackWebhook, events: ["push"] as const };
	expect(() => workflowFiles({ ...props, slackWebhook })).toThrow(
		"secret slack_webhook on manual, wanted only push",
	);
});

test("a secret for plugins alone is refused in the step that verifies", () => {
	const [target] = props.cli.targets;
	if (!target) throw new Error("no target");
	const password = {
		...target.password,
		images: ["woodpeckerci/plugin-docker-buildx"],
	};
	expect(() =>
		workflowFiles({ ...props, cli: { targets: [{ ...target, password }] } }),
	).toThrow("in a step that is no plugin");
});

test("a stranger that starts on the same manual run fails the synth", () => {
	const strangers = [{ name: "other", when: [{ event: "manual" as const }] }];
	expect(() => workflowFiles({ ...props, strangers })).toThrow(
		"manual-clash: got build-ci-image and other both on a bare manual run",
	);
});

test("a registry that nobody builds for is no target, and without any the settings are refused", () => {
	const registries = settings.registries.map(({ builds: _, ...rest }) => rest);
	expect(() => checkSettings({ ...settings, registries })).toThrow(
		"pipelines.infraCi.targets: got []",
	);
});

test("wrong pipelines fail the synth too, with everything else that is wrong in them", () => {
	const broken = {
		...settings.pipelines,
		cli: undefined,
		slackWebhook: undefined,
		infraCi: { tag: "latest" },
	} as unknown as Settings["pipelines"];
	const check = () => checkSettings({ ...settings, pipelines: broken });
	expect(check).toThrow(/^settings: \n {2}pipelines.infraCi.tag: got "latest"/);
	expect(check).toThrow("\n  pipelines.slackWebhook: got nothing");
	expect(checkSettings(settings)).toBe(settings);
});

test("without pipelines there are none", () => {
	const { pipelines: _, ...rest } = settings;
	expect(pipelineFiles(rest, {})).toEqual({});
});

test("another repository is given what the workflows call, this one is not", () => {
	const paths = (output: string) => Object.keys(calledFiles(output));
	expect(paths("generated")).toEqual([]);
	expect(paths(".")).toEqual(["ci/guard.mjs"]);
	expect(paths("../infra")).toEqual(
		expect.arrayContaining([
			"../infra/ci/guard.mjs",
			"../infra/ci/apply",
			"../infra/ci/lib/machine",
			"../infra/ci/Dockerfile",
		]),
	);
});

test("another repository is given the bundle that its sync ships, this one has it", () => {
	const host = hostOf(settings);
	const vm = host ? registryHostFiles(host) : {};
	const bundles = (output: string, bundle?: string) => {
		const { pipelines, ...rest } = settings;
		if (!pipelines) throw new Error("no pipelines");
		const registryHost = { ...pipelines.registryHost, bundle };
		const files = pipelineFiles(
			{ ...rest, pipelines: { ...pipelines, output, registryHost } },
			vm,
		);
		return Object.keys(files).filter((path) => path.endsWith("bundle.sha256"));
	};
	const sum = "opt/registry/bundle.sha256";
	expect(Object.keys(vm)).toContain(`generated/registry-host/vm/${sum}`);
	expect(bundles("./")).toEqual([]);
	expect(bundles("../infra/")).toEqual([
		`../infra/generated/registry-host/vm/${sum}`,
	]);
	expect(bundles("/infra", "vm")).toEqual([`/infra/vm/${sum}`]);
});
