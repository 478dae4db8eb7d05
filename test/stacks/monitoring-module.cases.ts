import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MonitoringModule } from "../../stacks/monitoring-module";
import { settings } from "../../stacks/settings";
import { addresses, synthesized } from "../support/synthesized";

const REMOTE = "git::https://example.com/infra.git//modules/monitoring?ref=v1";
const NONE: MonitoringModule["owns"] = { namespace: false, probes: [] };
const BOTH: MonitoringModule["owns"] = {
	namespace: true,
	probes: ["registry"],
};
const reference = (expression: string) => `\${${expression}}`;
const platform = (key: string) =>
	reference(`sensitive(data.vault_kv_secret_v2.secrets.data["${key}"])`);
const viktor = (key: string) =>
	reference(`sensitive(data.vault_kv_secret_v2.viktor.data["${key}"])`);

function withModule(module: Partial<MonitoringModule> = {}) {
	return synthesized({
		...settings,
		monitoringModule: { source: REMOTE, owns: NONE, ...module },
	});
}
const remote = withModule();
const stack = remote.stack("monitoring");
const bare = synthesized(settings);

describe("the infra repo's monitoring module", () => {
	test("gets all its fourteen inputs, what is secret marked as such", () => {
		const {
			"//": _,
			source,
			depends_on,
			...inputs
		} = stack.module?.monitoring ?? {};
		expect(inputs).toEqual({
			tls_secret_name: reference("var.tls_secret_name"),
			nfs_server: reference("var.nfs_server"),
			mysql_host: reference("var.mysql_host"),
			alertmanager_account_password: platform("alertmanager_account_password"),
			idrac_username: reference("var.monitoring_idrac_username"),
			idrac_password: platform("monitoring_idrac_password"),
			alertmanager_slack_api_url: platform("alertmanager_slack_api_url"),
			tiny_tuya_service_secret: platform("tiny_tuya_service_secret"),
			haos_api_token: platform("haos_api_token"),
			pve_password: platform("pve_password"),
			grafana_admin_password: platform("grafana_admin_password"),
			registry_user: viktor("registry_user"),
			registry_password: viktor("registry_password"),
			tier: "1-cluster",
		});
		expect(Object.keys(inputs)).toHaveLength(14);
		expect(source).toBe(REMOTE);
	});

	test("at the addresses of a hand-written root, so that its state fits", () => {
		const without = addresses(bare.stack("monitoring"));
		const added = addresses(stack).filter((each) => !without.includes(each));
		expect(added).toEqual([
			"data.vault_kv_secret_v2.secrets",
			"data.vault_kv_secret_v2.viktor",
			"module.monitoring",
			"var.monitoring_idrac_username",
			"var.mysql_host",
			"var.nfs_server",
			"var.tls_secret_name",
		]);
		expect(stack.data?.vault_kv_secret_v2).toMatchObject({
			secrets: { mount: "secret", name: "platform" },
			viktor: { mount: "secret", name: "viktor" },
		});
		expect(stack.variable).toMatchObject({
			tls_secret_name: { type: "string" },
			nfs_server: { type: "string" },
			mysql_host: { type: "string" },
			monitoring_idrac_username: { type: "string", sensitive: true },
		});
		expect(
			Object.values(stack.variable ?? {}).filter((each) => "default" in each),
		).toHaveLength(1);
	});

	test("without it none of that exists", () => {
		const { module, data, variable } = bare.stack("monitoring");
		expect(module).toBeUndefined();
		expect(data).toBeUndefined();
		expect(Object.keys(variable ?? {})).toEqual(["kube_config_path"]);
		expect(bare.app.warnings).toEqual([]);
	});

	test("a warning names what ends up in the state", () => {
		expect(remote.app.warnings).toEqual([
			"monitoring/monitoring: the state of this stack will hold in clear all of secret/platform and secret/viktor, among it alertmanager_account_password, idrac_password, alertmanager_slack_api_url, tiny_tuya_service_secret, haos_api_token, pve_password, grafana_admin_password, registry_user, registry_password, and again whatever module.monitoring makes of it: the module takes them as plain inputs",
		]);
		const { stacks } = JSON.parse(remote.files["manifest.json"] ?? "");
		expect(stacks.monitoring.annotations).toMatchObject([
			{
				level: "@cdktf/warn",
				message: expect.stringContaining("secret/platform"),
			},
		]);
	});

	test("other Vault paths and a version of a module registry", () => {
		const other = withModule({
			mount: "kv",
			platformSecret: "base",
			registrySecret: "oci",
			source: "app.example.com/infra/monitoring/k8s",
			version: "1.2.3",
		});
		expect(other.stack("monitoring").data?.vault_kv_secret_v2).toMatchObject({
			secrets: { mount: "kv", name: "base" },
			viktor: { mount: "kv", name: "oci" },
		});
		expect(other.stack("monitoring").module?.monitoring).toMatchObject({
			version: "1.2.3",
		});
		expect(other.app.warnings[0]).toContain("kv/base and kv/oci");
	});
});

describe("who makes what", () => {
	test("the stack: the module waits for the namespace, and both probes are there", () => {
		expect(stack.module?.monitoring).toMatchObject({
			depends_on: ["kubernetes_namespace_v1.namespace"],
		});
		expect(
			Object.keys(stack.resource?.kubernetes_cron_job_v1 ?? {}),
		).toHaveLength(2);
	});

	test("the module: neither namespace, CronJob nor Secret of the private registry; the rest waits for the module", () => {
		const result = withModule({ owns: BOTH }).stack("monitoring");
		expect(result.resource).not.toHaveProperty("kubernetes_namespace_v1");
		expect(JSON.stringify(result.resource)).not.toContain(
			'"registry-integrity-probe"',
		);
		expect(JSON.stringify(result.resource)).not.toContain(
			'"registry-probe-credentials"',
		);
		expect(
			Object.values(result.resource?.kubernetes_cron_job_v1 ?? {}),
		).toMatchObject([
			{
				metadata: { name: "forgejo-integrity-probe" },
				depends_on: ["module.monitoring"],
			},
		]);
	});

	test("neither: the namespace is elsewhere, nothing waits", () => {
		const neither = synthesized({
			...settings,
			namespace: { ...settings.namespace, create: false },
			monitoringModule: { source: REMOTE, owns: NONE },
		});
		expect(JSON.stringify(neither.stack("monitoring"))).not.toContain(
			"depends_on",
		);
	});
});

describe("a local module", () => {
	const here = process.cwd();
	let project: string;
	beforeEach(() => {
		project = mkdtempSync(join(tmpdir(), "project-"));
		mkdirSync(join(project, "modules/monitoring"), { recursive: true });
		writeFileSync(
			join(project, "modules/monitoring/main.tf"),
			'module "shared" {\n  source = "../shared"\n}\n',
		);
		process.chdir(project);
	});
	afterEach(() => {
		process.chdir(here);
		rmSync(project, { recursive: true });
	});
	const source = (from: string, outdir: string) => {
		mkdirSync(outdir, { recursive: true });
		return synthesized(
			{ ...settings, monitoringModule: { source: from, owns: NONE } },
			outdir,
		).stack("monitoring").module?.monitoring?.source;
	};

	test("is used where it lies, by a path from the stack's folder: no copy without its siblings, no absolute path", () => {
		expect(source("./modules/monitoring", "cdktf.out")).toBe(
			"../../../modules/monitoring",
		);
		expect(source("./modules/monitoring", "build/out")).toBe(
			"../../../../modules/monitoring",
		);
		expect(source(join(project, "modules/monitoring"), "cdktf.out")).toBe(
			"../../../modules/monitoring",
		);
	});

	test.each([
		[
			"./modules/monitorng",
			'monitoringModule.source: got "./modules/monitorng", wanted a folder that exists (from ',
		],
		["./modules/monitoring/main.tf", "wanted a folder that exists"],
		[
			"modules/monitoring",
			'monitoringModule.source: got "modules/monitoring", wanted "./modules/monitoring": Terraform takes the other for an address in a registry',
		],
	])("%s is refused", (from, message) => {
		expect(() => source(from, "cdktf.out")).toThrow(message);
	});
});
