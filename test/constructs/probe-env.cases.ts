// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform templates are what this is about

import { IntegrityProbe } from "../../lib/constructs/integrity-probe";
import type { IntegrityProbeProps } from "../../lib/constructs/probe-props";
import { parseCommandLine } from "../../lib/guard/command-line";
import { OPTIONS, type Option } from "../../lib/guard/contract";
import { parseConfig } from "../../lib/guard/parse-config";
import type { RegistryProps } from "../../lib/registry";
import { CA, FORGEJO, probeProps, synthesize } from "./synthesized";

interface Env {
	readonly name: string;
	readonly value?: string;
	readonly value_from?: object;
}

function envOf(
	props: Partial<IntegrityProbeProps> = {},
	model: Partial<RegistryProps> = {},
): Env[] {
	const { spec } = synthesize((stack) => {
		new IntegrityProbe(stack, "probe", probeProps(props, model));
	}).only("kubernetes_cron_job_v1");
	return spec.job_template.spec.template.spec.container[0].env;
}

const values = (env: Env[]) =>
	Object.fromEntries(
		env.map(({ name, value, value_from }) => [name, value ?? value_from]),
	);
const secret = (name: string, key: string) => ({
	secret_key_ref: { name, key },
});

const EVERYTHING = envOf(
	{
		mode: "full",
		tagsPerRepo: 20,
		concurrency: 4,
		minRepositories: 3,
		shards: 3,
		inUse: true,
		apiServer: { cidr: "10.0.20.100/32", port: 6443 },
		schedule: "*/30 * * * *",
		deadline: "20m",
		fullRotation: 48,
	},
	{
		...FORGEJO,
		ca: CA,
		realmHosts: [
			{ host: "forgejo.viktorbarzin.me", address: "10.0.20.203" },
			{ host: "auth.local:444", address: "10.0.20.204" },
		],
		pullHosts: ["forgejo.viktorbarzin.me", "git.local:3000"],
	},
);

test("the private registry: the contract's names, the model's values, the guard's own defaults left to the guard", () => {
	expect(values(envOf())).toEqual({
		REGISTRY_URL: "https://registry.viktorbarzin.me:5050",
		REGISTRY_INSTANCE: "registry.viktorbarzin.me:5050",
		REGISTRY_PULL_HOSTS: "registry.viktorbarzin.me,10.0.20.10:5050",
		PROBE_FULL_ROTATION: "672",
		PROBE_DEADLINE: "10m",
		PROBE_SCHEDULE_SECONDS: "900",
		PUSHGATEWAY: "http://prometheus-prometheus-pushgateway.monitoring:9091",
		PUSH_JOB: "registry-integrity-probe",
		PROBE_EXIT_ZERO: "true",
		REG_USER: secret("registry-probe-credentials", "REG_USER"),
		REG_PASS: secret("registry-probe-credentials", "REG_PASS"),
	});
});

test("everything that can be said", () => {
	expect(values(EVERYTHING)).toEqual({
		REGISTRY_URL: "http://forgejo.forgejo.svc.cluster.local",
		REGISTRY_PLAIN_HTTP: "true",
		REGISTRY_INSTANCE: "forgejo.viktorbarzin.me",
		REGISTRY_CA_FILE: "/guard/ca.pem",
		REGISTRY_REALM_HOSTS: "forgejo.viktorbarzin.me,auth.local:444",
		REGISTRY_PULL_HOSTS: "forgejo.viktorbarzin.me,git.local:3000",
		PROBE_MODE: "full",
		PROBE_FULL_ROTATION: "48",
		TAGS_PER_REPO: "20",
		SHARDS: "3",
		PROBE_CONCURRENCY: "4",
		PROBE_DEADLINE: "20m",
		PROBE_SCHEDULE_SECONDS: "1800",
		MIN_REPOSITORIES: "3",
		PROBE_IN_USE: "kubernetes",
		PUSHGATEWAY: "http://prometheus-prometheus-pushgateway.monitoring:9091",
		PUSH_JOB: "forgejo-integrity-probe",
		PROBE_EXIT_ZERO: "true",
		REG_USER: secret("forgejo-probe-credentials", "REG_USER"),
		REG_PASS: secret("forgejo-probe-credentials", "REG_PASS"),
	});
});

test("it is exactly what the contract leaves to the construct", () => {
	const contract = Object.values<Option>(OPTIONS)
		.filter(({ setBy }) => setBy === "construct")
		.map(({ env }) => env);
	expect(EVERYTHING.map(({ name }) => name).sort()).toEqual(contract.sort());
});

test("a catalog may be allowed to be empty", () => {
	expect(values(envOf({ minRepositories: 0 }))).toMatchObject({
		MIN_REPOSITORIES: "0",
	});
});

test("without rotation there is no window", () => {
	const env = values(envOf({ fullRotation: 0 }));
	expect(env).not.toHaveProperty("PROBE_FULL_ROTATION");
	expect(env).not.toHaveProperty("PROBE_SCHEDULE_SECONDS");
});

test("an anonymous registry has no credentials, a foreign Secret is named", () => {
	const names = envOf({}, { vault: undefined }).map(({ name }) => name);
	expect(names).not.toContain("REG_USER");
	expect(names).not.toContain("REG_PASS");
	expect(
		values(envOf({ secretName: "theirs" }, { vault: undefined })),
	).toMatchObject({ REG_PASS: secret("theirs", "REG_PASS") });
});

test("no variable is set twice", () => {
	const names = EVERYTHING.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
});

test("what Terraform would read as a template is only text", () => {
	expect(values(envOf({}, { instance: "a${b}%{c}" }))).toMatchObject({
		REGISTRY_INSTANCE: "a$${b}%%{c}",
	});
});

test.each([
	["as little as can be said", envOf()],
	["everything", EVERYTHING],
	["without rotation", envOf({ fullRotation: 0 })],
	[
		"the ends",
		envOf({ concurrency: 256, shards: 10_000, minRepositories: 1_000_000 }),
	],
])("the guard understands it: %s", (_, env) => {
	const kubernetes = {
		JOB_COMPLETION_INDEX: "2",
		KUBERNETES_SERVICE_HOST: "10.96.0.1",
		KUBERNETES_SERVICE_PORT: "443",
	};
	const config = parseConfig(
		parseCommandLine(["probe"]),
		{
			...kubernetes,
			...Object.fromEntries(
				env.map(({ name, value }) => [name, value ?? "from the Secret"]),
			),
		},
		() => CA,
	);
	expect(config).toMatchObject({ command: "probe", exitZero: true });
});
