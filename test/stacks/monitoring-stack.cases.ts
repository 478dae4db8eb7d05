import { registry } from "../../lib/registry";
import type { Settings } from "../../stacks/model";
import { settings } from "../../stacks/settings";
import { addresses, synthesized } from "../support/synthesized";

const real = synthesized(settings);
const monitoring = (change: Partial<Settings>) =>
	synthesized({ ...settings, ...change }).stack("monitoring");
const stack = real.stack("monitoring");
const reference = (address: string) => `\${${address}}`;

test("every address, a public contract: a rename destroys and makes anew", () => {
	expect(addresses(stack)).toEqual([
		"ephemeral.vault_kv_secret_v2.forgejo_forgejo-probe-credentials_vault_2C93AB0B",
		"ephemeral.vault_kv_secret_v2.registry_registry-probe-credentials_vault_5816EDC7",
		"kubernetes_config_map_v1.dashboard_config-map_5D75ACAD",
		"kubernetes_config_map_v1.forgejo_forgejo-integrity-probe_files_D621E780",
		"kubernetes_config_map_v1.registry_registry-integrity-probe_files_6750EB22",
		"kubernetes_cron_job_v1.forgejo_forgejo-integrity-probe_cron-job_B58A1A79",
		"kubernetes_cron_job_v1.registry_registry-integrity-probe_cron-job_32DFFEED",
		"kubernetes_namespace_v1.namespace",
		"kubernetes_network_policy_v1.forgejo_forgejo-integrity-probe_network-policy_369FAAB7",
		"kubernetes_network_policy_v1.registry_registry-integrity-probe_network-policy_DFC5ACA2",
		"kubernetes_secret_v1.forgejo_forgejo-probe-credentials_secret_CADC4278",
		"kubernetes_secret_v1.registry_registry-probe-credentials_secret_C6535344",
		"provider.kubernetes",
		"provider.vault",
		"var.kube_config_path",
	]);
});

test("the names of the contract: CronJobs, Secrets, namespace with its tier", () => {
	const names = (type: string) =>
		Object.values(stack.resource?.[type] ?? {}).map(
			({ metadata }) => metadata as { name: string; namespace: string },
		);
	expect(names("kubernetes_cron_job_v1")).toMatchObject([
		{ name: "forgejo-integrity-probe", namespace: "monitoring" },
		{ name: "registry-integrity-probe", namespace: "monitoring" },
	]);
	expect(names("kubernetes_secret_v1")).toMatchObject([
		{ name: "forgejo-probe-credentials", namespace: "monitoring" },
		{ name: "registry-probe-credentials", namespace: "monitoring" },
	]);
	expect(names("kubernetes_namespace_v1")).toEqual([
		{ name: "monitoring", labels: { tier: "1-cluster" } },
	]);
});

test("credentials are ephemeral, so nothing less than Terraform 1.11 will do", () => {
	expect(stack.terraform.required_version).toBe(">= 1.11");
	expect(stack.data).toBeUndefined();
	expect(JSON.stringify(stack.ephemeral)).toContain(
		'"mount":"secret","name":"viktor"',
	);
	for (const secret of Object.values(
		stack.resource?.kubernetes_secret_v1 ?? {},
	)) {
		expect(secret).toMatchObject({ data_wo_revision: 1 });
		expect(secret).not.toHaveProperty("data");
	}
});

test.each(["data", "existing"] as const)(
	"with credentials %s Terraform 1.5.7 is enough",
	(mode) => {
		const registries = settings.registries.map((each) => ({
			...each,
			credentials: { mode },
		}));
		const { terraform, ephemeral, provider } = monitoring({ registries });
		expect(terraform.required_version).toBe(">= 1.5.7");
		expect(ephemeral).toBeUndefined();
		expect(Object.keys(provider)).toEqual(
			mode === "data" ? ["kubernetes", "vault"] : ["kubernetes"],
		);
	},
);

test("the s3 backend's lock file needs 1.10", () => {
	const registries = settings.registries.map((each) => ({
		...each,
		credentials: { mode: "existing" as const },
	}));
	const { terraform } = monitoring({
		registries,
		backend: { kind: "s3", bucket: "b", region: "r" },
	});
	expect(terraform.required_version).toBe(">= 1.10");
});

test("a namespace that is made elsewhere: not made, not waited for", () => {
	const result = monitoring({
		namespace: { ...settings.namespace, create: false },
	});
	expect(result.resource).not.toHaveProperty("kubernetes_namespace_v1");
	expect(JSON.stringify(result)).not.toContain("depends_on");
});

test("kubeconfig is a variable with the settings' path, context and Vault's address are the settings'", () => {
	const { provider, variable } = monitoring({
		kubernetes: { configPath: "/etc/kube/config", configContext: "home" },
		vaultAddress: "https://vault.viktorbarzin.me",
	});
	expect(variable?.kube_config_path).toMatchObject({
		type: "string",
		default: "/etc/kube/config",
	});
	expect(provider.kubernetes).toEqual([
		{ config_path: reference("var.kube_config_path"), config_context: "home" },
	]);
	expect(provider.vault).toEqual([
		{ address: "https://vault.viktorbarzin.me" },
	]);
});

test("a registry's own probe settings win over the common ones", () => {
	const [first, ...rest] = settings.registries;
	if (!first) throw new Error("no registry");
	const result = monitoring({
		registries: [
			{ ...first, probe: { schedule: "0 * * * *", shards: 2 } },
			...rest,
		],
	});
	expect(
		Object.values(result.resource?.kubernetes_cron_job_v1 ?? {}),
	).toMatchObject([
		{
			metadata: { name: "forgejo-integrity-probe" },
			spec: { schedule: "*/15 * * * *" },
		},
		{
			metadata: { name: "registry-integrity-probe" },
			spec: {
				schedule: "0 * * * *",
				job_template: { spec: { completions: 2 } },
			},
		},
	]);
});

test("an anonymous registry has no Secret, and alone needs no Vault", () => {
	const result = monitoring({
		pipelines: undefined,
		registries: [
			{
				model: registry({
					name: "open",
					kind: "distribution",
					url: "https://open.example",
					address: "10.0.0.1",
				}),
			},
		],
	});
	expect(result.resource).not.toHaveProperty("kubernetes_secret_v1");
	expect(Object.keys(result.provider)).toEqual(["kubernetes"]);
});

test("the dashboard is a ConfigMap for Grafana's sidecar, and is old when the alerts are", () => {
	const of = ({ resource }: typeof stack) =>
		Object.values(resource?.kubernetes_config_map_v1 ?? {}).find(
			({ metadata }) =>
				(metadata as { labels: Record<string, string> }).labels
					.grafana_dashboard === "1",
		);
	expect(of(stack)?.metadata).toMatchObject({ namespace: "monitoring" });
	expect(of(stack)?.data).not.toEqual(
		of(monitoring({ schedule: "0 */6 * * *" }))?.data,
	);
});
