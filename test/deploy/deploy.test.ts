import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registry } from "../../lib/registry";
import { GuardApp } from "../../stacks/app";
import type { Settings } from "../../stacks/model";
import { settings } from "../../stacks/settings";
import {
	type Terraform,
	withTerraform,
} from "../support/terraform/with-terraform";
import { PROMETHEUS_RULE_CRD } from "./crd";
import { disposable } from "./disposable";

jest.setTimeout(300_000);

const NAMESPACE = "registry-guard-deploy-test";
const VAULT_NAME = "registry-guard-deploy-test";
const FIRST = {
	registry_user: "probe",
	registry_password: "fixture-first-0b5d",
	forgejo_pull_token: "fixture-token-7c1e",
};
const SECOND = "fixture-second-91aa";
const PROBE = "registry-integrity-probe";
const SECRET = "registry-probe-credentials";

const lab = disposable();
const { kubectl } = lab;
const inNamespace = (...args: string[]) => kubectl(["-n", NAMESPACE, ...args]);
const outdir = mkdtempSync(join(tmpdir(), "deploy-"));

/** The real settings, in a namespace and with a Vault path of our own; the private registry in three shards that look at what is in use. */
function deployed(revision = 1): Settings {
	return {
		...settings,
		backend: { kind: "local", directory: "." },
		kubernetes: { configPath: lab.kubeconfig },
		namespace: { ...settings.namespace, name: NAMESPACE },
		registries: settings.registries.map((entry) => {
			const { model, probe } = entry;
			if (!model.vault) return entry;
			return {
				...entry,
				model: registry({
					...model,
					vault: { ...model.vault, name: VAULT_NAME },
				}),
				credentials: { mode: "ephemeral", revision },
				probe:
					model.name === "registry"
						? {
								...probe,
								shards: 3,
								inUse: true,
								apiServer: { cidr: "10.0.20.100/32", port: 6443 },
							}
						: probe,
			};
		}),
	};
}

function synthesized(
	wanted: Settings,
	stack: "monitoring" | "alerts",
): Terraform {
	new GuardApp(wanted, outdir).synth();
	return withTerraform(join(outdir, "stacks", stack));
}

function secretValue(key: string): string {
	return Buffer.from(
		inNamespace("get", "secret", SECRET, "-o", `jsonpath={.data.${key}}`),
		"base64",
	).toString();
}

/** Every byte that Terraform keeps of a stack. */
function kept(stack: string): string {
	const folder = join(outdir, "stacks", stack);
	return readdirSync(folder)
		.filter((file) => /tfstate|plan/.test(file))
		.map((file) => readFileSync(join(folder, file), "latin1"))
		.join("\n");
}

const CRD = "prometheusrules.monitoring.coreos.com";
const hadCrd =
	kubectl(["get", "crd", CRD, "--ignore-not-found", "-o", "name"]) !== "";

beforeAll(async () => {
	await lab.writeSecret(VAULT_NAME, FIRST);
});

afterAll(async () => {
	kubectl([
		"delete",
		"namespace",
		NAMESPACE,
		"--ignore-not-found",
		"--wait=false",
	]);
	for (const kind of ["clusterrole", "clusterrolebinding"]) {
		kubectl(["delete", kind, `${NAMESPACE}-${PROBE}`, "--ignore-not-found"]);
	}
	if (!hadCrd) kubectl(["delete", "crd", CRD, "--ignore-not-found"]);
	await lab.deleteSecret(VAULT_NAME);
	rmSync(outdir, { recursive: true, force: true });
});

test("apply, and a second plan that is empty", () => {
	const monitoring = synthesized(deployed(), "monitoring");
	expect(monitoring.isStandIn).toBe(false);
	monitoring.apply();
	expect(monitoring.plan()).toBe("empty");
	expect(secretValue("REG_USER")).toBe(FIRST.registry_user);
	expect(secretValue("REG_PASS")).toBe(FIRST.registry_password);
});

test("no secret in state, plan or the plan's JSON", () => {
	const monitoring = withTerraform(join(outdir, "stacks/monitoring"));
	expect(monitoring.run("plan", "-out=kept.plan").status).toBe(0);
	const everything =
		kept("monitoring") +
		monitoring.run("show", "-json", "kept.plan").stdout +
		monitoring.run("show", "-json").stdout;
	expect(everything).toContain(SECRET);
	for (const fixture of [FIRST.registry_password, FIRST.forgejo_pull_token])
		expect(everything).not.toContain(fixture);
});

test.each([
	[PROBE, 3],
	["forgejo-integrity-probe", 1],
])(
	"a Job of %s gets its %i pods under restricted pod security",
	async (name, pods) => {
		kubectl([
			"label",
			"namespace",
			NAMESPACE,
			"--overwrite",
			"pod-security.kubernetes.io/enforce=restricted",
		]);
		const job = `proof-${name}`.slice(0, 50);
		inNamespace("create", "job", job, `--from=cronjob/${name}`);
		let got: string[] = [];
		for (let i = 0; i < 60 && got.length < pods; i++) {
			got = inNamespace("get", "pods", "-l", `job-name=${job}`, "-o", "name")
				.split("\n")
				.filter(Boolean);
			await new Promise((resolve) => setTimeout(resolve, 500));
		}
		const events = inNamespace(
			"get",
			"events",
			"--field-selector",
			`involvedObject.name=${job}`,
			"-o",
			"jsonpath={.items[*].reason}",
		);
		expect(events).not.toContain("FailedCreate");
		expect(got).toHaveLength(pods);
		inNamespace("delete", "job", job, "--wait=false");
	},
);

test("the restricted profile really rejects a pod that does not say run_as_non_root: the control", () => {
	const pod = JSON.stringify({
		apiVersion: "v1",
		kind: "Pod",
		metadata: { name: "control", namespace: NAMESPACE },
		spec: {
			containers: [
				{
					name: "c",
					image: "node:24.11.1-alpine",
					securityContext: { runAsNonRoot: false },
				},
			],
		},
	});
	// another controller's token may not exist yet: --dry-run=server still passes admission
	expect(() => kubectl(["create", "--dry-run=server", "-f", "-"], pod)).toThrow(
		"violates PodSecurity",
	);
	kubectl([
		"label",
		"namespace",
		NAMESPACE,
		"pod-security.kubernetes.io/enforce-",
	]);
});

test("drift is found and repaired, a known mutation is not drift", () => {
	const monitoring = withTerraform(join(outdir, "stacks/monitoring"));
	expect(monitoring.plan()).toBe("empty");
	inNamespace(
		"patch",
		"cronjob",
		PROBE,
		"--type=json",
		"-p",
		JSON.stringify([
			{
				op: "add",
				path: "/spec/jobTemplate/spec/template/spec/dnsConfig",
				value: { options: [{ name: "ndots", value: "2" }] },
			},
		]),
	);
	expect(monitoring.plan()).toBe("empty");
	inNamespace("patch", "cronjob", PROBE, "-p", '{"spec":{"suspend":true}}');
	expect(monitoring.plan()).toBe("changes");
	monitoring.apply();
	expect(
		inNamespace("get", "cronjob", PROBE, "-o", "jsonpath={.spec.suspend}"),
	).toBe("false");
	expect(monitoring.plan()).toBe("empty");
});

test("a changed value in Vault reaches the Secret with the next revision, and not before", async () => {
	await lab.writeSecret(VAULT_NAME, { ...FIRST, registry_password: SECOND });
	expect(withTerraform(join(outdir, "stacks/monitoring")).plan()).toBe("empty");
	expect(secretValue("REG_PASS")).toBe(FIRST.registry_password);
	const raised = synthesized(deployed(2), "monitoring");
	expect(raised.plan()).toBe("changes");
	raised.apply();
	expect(secretValue("REG_PASS")).toBe(SECOND);
	expect(raised.plan()).toBe("empty");
	expect(kept("monitoring")).not.toContain(SECOND);
});

test("adopting a Secret into data_wo leaves the password in the state until it is replaced once", () => {
	const address = Object.keys(
		JSON.parse(
			readFileSync(join(outdir, "stacks/monitoring/cdk.tf.json"), "utf8"),
		).resource.kubernetes_secret_v1,
	).find((name) => name.includes(SECRET));
	const monitoring = withTerraform(join(outdir, "stacks/monitoring"));
	expect(
		monitoring.run("state", "rm", `kubernetes_secret_v1.${address}`).status,
	).toBe(0);
	expect(
		monitoring.run(
			"import",
			`kubernetes_secret_v1.${address}`,
			`${NAMESPACE}/${SECRET}`,
		),
	).toMatchObject({ status: 0 });
	monitoring.apply();
	const state = () =>
		readFileSync(
			join(outdir, "stacks/monitoring/terraform.monitoring.tfstate"),
			"utf8",
		);
	expect(state()).toContain(SECOND);
	expect(
		monitoring.run(
			"apply",
			"-auto-approve",
			`-replace=kubernetes_secret_v1.${address}`,
		).status,
	).toBe(0);
	expect(state()).not.toContain(SECOND);
	expect(secretValue("REG_PASS")).toBe(SECOND);
});

test("adopting a CronJob by import changes it in place and destroys nothing", () => {
	const address = Object.keys(
		JSON.parse(
			readFileSync(join(outdir, "stacks/monitoring/cdk.tf.json"), "utf8"),
		).resource.kubernetes_cron_job_v1,
	).find((name) => name.startsWith("registry_"));
	const uid = () =>
		inNamespace("get", "cronjob", PROBE, "-o", "jsonpath={.metadata.uid}");
	const before = uid();
	const monitoring = withTerraform(join(outdir, "stacks/monitoring"));
	expect(
		monitoring.run("state", "rm", `kubernetes_cron_job_v1.${address}`).status,
	).toBe(0);
	expect(
		monitoring.run(
			"import",
			`kubernetes_cron_job_v1.${address}`,
			`${NAMESPACE}/${PROBE}`,
		).status,
	).toBe(0);
	monitoring.apply();
	expect(uid()).toBe(before);
	expect(monitoring.plan()).toBe("empty");
});

describe("the alert rules", () => {
	test("without the operator's CRD only their own stack cannot be planned", () => {
		if (hadCrd)
			throw new Error(
				"the cluster has the CRD already: wanted one without, to show that its absence harms nothing else",
			);
		const alerts = synthesized(deployed(2), "alerts");
		expect(alerts.run("plan", "-no-color").output).toContain(
			"CRD may not be installed",
		);
		expect(withTerraform(join(outdir, "stacks/monitoring")).plan()).toBe(
			"empty",
		);
	});

	test("with it they are applied, the second plan is empty, and the texts arrive byte for byte", () => {
		kubectl(["apply", "-f", "-"], PROMETHEUS_RULE_CRD);
		kubectl([
			"wait",
			"--for=condition=Established",
			`crd/${CRD}`,
			"--timeout=60s",
		]);
		const alerts = withTerraform(join(outdir, "stacks/alerts"));
		alerts.apply();
		expect(alerts.plan()).toBe("empty");
		const rules = JSON.parse(
			inNamespace("get", "prometheusrules", "-o", "json"),
		).items[0].spec.groups[0].rules as {
			alert: string;
			annotations: Record<string, string>;
		}[];
		const failure = rules.find(
			({ alert }) => alert === "RegistryManifestIntegrityFailure",
		);
		expect(Object.values(failure?.annotations ?? {}).join(" ")).toContain("{{");
		expect(JSON.stringify(rules)).not.toMatch(/\$\$\{|%%\{/);
		expect(alerts.run("destroy", "-auto-approve").status).toBe(0);
	});
});

test("destroy leaves nothing behind", () => {
	const monitoring = withTerraform(join(outdir, "stacks/monitoring"));
	expect(monitoring.run("destroy", "-auto-approve")).toMatchObject({
		status: 0,
	});
	expect(
		kubectl([
			"get",
			"namespace",
			NAMESPACE,
			"--ignore-not-found",
			"-o",
			"name",
		]),
	).toBe("");
	expect(
		kubectl(["get", "clusterrole,clusterrolebinding", "-o", "name"]),
	).not.toContain(NAMESPACE);
});
