import {
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GuardApp } from "../../stacks/app";
import type { Settings } from "../../stacks/model";
import { settings } from "../../stacks/settings";
import { requirePrograms } from "../support/requires";
import {
	type Terraform,
	withTerraform,
} from "../support/terraform/with-terraform";

jest.setTimeout(120_000);
const { suite } = requirePrograms("terraform");
/** Plans and applies ask a cluster and a Vault, which the stand-in has; with real providers it is `test:deploy` that has them. */
const applied = process.env.TF_PROVIDER_MIRROR ? describe.skip : suite;

const INPUTS = [
	"tls_secret_name",
	"nfs_server",
	"mysql_host",
	"alertmanager_account_password",
	"idrac_username",
	"idrac_password",
	"alertmanager_slack_api_url",
	"tiny_tuya_service_secret",
	"haos_api_token",
	"pve_password",
	"grafana_admin_password",
	"registry_user",
	"registry_password",
	"tier",
];
const VAULT = {
	"secret/platform": {
		alertmanager_account_password: "hunter2-alertmanager",
		monitoring_idrac_password: "hunter2-idrac",
		alertmanager_slack_api_url: "hunter2-slack",
		tiny_tuya_service_secret: "hunter2-tuya",
		haos_api_token: "hunter2-haos",
		pve_password: "hunter2-pve",
		grafana_admin_password: "hunter2-grafana",
	},
	"secret/viktor": {
		registry_user: "ci",
		registry_password: "hunter2-registry",
		forgejo_pull_token: "hunter2-forgejo",
	},
};
const VARIABLES = {
	tls_secret_name: "tls",
	nfs_server: "10.0.10.15",
	mysql_host: "mysql",
	monitoring_idrac_username: "root",
};

let project: string;
const here = process.cwd();
beforeAll(() => {
	project = mkdtempSync(join(tmpdir(), "stacks-"));
	mkdirSync(join(project, "modules/monitoring"), { recursive: true });
	mkdirSync(join(project, "modules/shared"));
	// takes every input, and reaches a sibling
	const variables = INPUTS.map(
		(name) => `variable "${name}" {\n  type = string\n}\n`,
	).join("");
	const sum = `resource "terraform_data" "inputs" {\n  input = [${INPUTS.map((name) => `var.${name}`).join(", ")}]\n}\n`;
	writeFileSync(
		join(project, "modules/monitoring/main.tf"),
		`${variables}module "shared" {\n  source = "../shared"\n}\n${sum}`,
	);
	writeFileSync(
		join(project, "modules/shared/main.tf"),
		'output "name" {\n  value = "x"\n}\n',
	);
	process.chdir(project);
	Object.assign(
		process.env,
		Object.fromEntries(
			Object.entries(VARIABLES).map(([name, value]) => [
				`TF_VAR_${name}`,
				value,
			]),
		),
	);
});
afterAll(() => {
	process.chdir(here);
	for (const name of Object.keys(VARIABLES))
		delete process.env[`TF_VAR_${name}`];
	rmSync(project, { recursive: true });
});

function terraform(
	stack: string,
	change: Partial<Settings> = {},
	adopt?: (app: GuardApp) => void,
): Terraform {
	rmSync(join(project, "cdktf.out"), { recursive: true, force: true });
	const app = new GuardApp({ ...settings, ...change }, "cdktf.out");
	adopt?.(app);
	app.synth();
	const tf = withTerraform(join(project, "cdktf.out/stacks", stack));
	tf.store.vault = VAULT;
	return tf;
}
const state = (stack: string) =>
	readFileSync(join(project, `terraform.${stack}.tfstate`), "utf8");
const withModule: Partial<Settings> = {
	monitoringModule: {
		source: "./modules/monitoring",
		owns: { namespace: false, probes: [] },
	},
};

suite("every stack is valid", () => {
	const appliedBelow: [string, string, Partial<Settings>][] = [
		["monitoring", "as it is", {}],
		["monitoring", "with the infra repo's module", withModule],
		["alerts", "as it is", {}],
	];
	test.each<[string, string, Partial<Settings>]>([
		["alerts", "as a ConfigMap", { alerts: { carrier: "config-map" } }],
		...(process.env.TF_PROVIDER_MIRROR ? appliedBelow : []),
	])("%s %s", (stack, _, change) => {
		expect(terraform(stack, change).validate()).toEqual([]);
	});

	test("with the import blocks of docs/adopting.md", () => {
		const tf = terraform("monitoring", {}, (app) => {
			app.monitoring.namespace?.importFrom("monitoring");
			app.monitoring.registries.registry?.probe.cronJob.importFrom(
				"monitoring/registry-integrity-probe",
			);
			app.monitoring.registries.registry?.credentials.secret?.importFrom(
				"monitoring/registry-probe-credentials",
			);
		});
		expect(tf.validate()).toEqual([]);
	});
});

applied("every stack is applied, and then there is nothing left to do", () => {
	afterEach(() => {
		for (const stack of ["monitoring", "alerts"])
			rmSync(join(project, `terraform.${stack}.tfstate`), { force: true });
	});

	test("alerts", () => {
		const tf = terraform("alerts");
		expect(tf.plan()).toBe("changes");
		tf.apply();
		expect(tf.plan()).toBe("empty");
	});

	test("monitoring, and then without a registry: its own are destroyed and nothing else", () => {
		const all = terraform("monitoring");
		expect(all.plan()).toBe("changes");
		all.apply();
		expect(all.plan()).toBe("empty");
		expect(state("monitoring")).not.toContain("hunter2");

		const { cluster } = all.store;
		const without = terraform("monitoring", {
			registries: settings.registries.filter(
				({ model }) => model.name !== "registry",
			),
		});
		without.store.cluster = cluster;
		without.apply();
		const left = Object.keys(without.store.cluster);
		const gone = Object.keys(cluster).filter((name) => !left.includes(name));
		expect(gone.sort()).toEqual([
			"kubernetes_config_map_v1 monitoring/registry-integrity-probe-files",
			"kubernetes_cron_job_v1 monitoring/registry-integrity-probe",
			"kubernetes_network_policy_v1 monitoring/registry-integrity-probe",
			"kubernetes_secret_v1 monitoring/registry-probe-credentials",
		]);
	});

	test("monitoring with the module: its inputs arrive, and the state holds what the warning says", () => {
		const tf = terraform("monitoring", withModule);
		// no plan shows a secret, whatever the module does with its inputs
		const plan = tf.run("plan", "-no-color", "-lock=false").output;
		expect(plan).toContain(
			"module.monitoring.terraform_data.inputs will be created",
		);
		expect(plan).not.toContain("hunter2");
		tf.apply();
		expect(tf.plan()).toBe("empty");
		const { resources } = JSON.parse(state("monitoring"));
		const inputs = resources.find(
			({ type }: { type: string }) => type === "terraform_data",
		);
		expect(inputs.module).toBe("module.monitoring");
		expect(inputs.instances[0].attributes.input.value).toEqual([
			"tls",
			"10.0.10.15",
			"mysql",
			"hunter2-alertmanager",
			"root",
			"hunter2-idrac",
			"hunter2-slack",
			"hunter2-tuya",
			"hunter2-haos",
			"hunter2-pve",
			"hunter2-grafana",
			"ci",
			"hunter2-registry",
			"1-cluster",
		]);
		// all of both secrets, not only what was asked for
		expect(state("monitoring")).toContain("hunter2-forgejo");
	});
});
