// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform templates are what this is about

import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CronJobV1 } from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import type { TerraformStack } from "cdktf";
import { IntegrityAlerts } from "../../lib/constructs/integrity-alerts";
import { IntegrityDashboard } from "../../lib/constructs/integrity-dashboard";
import { Registry } from "../../lib/constructs/registry";
import { type RegistryProps, registry } from "../../lib/registry";
import { CA, FORGEJO, PRIVATE, probeProps } from "../constructs/synthesized";
import { ifPresent, requirePrograms } from "../support/requires";
import {
	type StackFolder,
	stackFolder,
} from "../support/terraform/stack-folder";
import {
	type Terraform,
	withTerraform,
} from "../support/terraform/with-terraform";

jest.setTimeout(300_000);
const { suite } = requirePrograms("terraform");
/** Plans and applies ask a cluster and a Vault, which the stand-in has; with real providers it is `test:deploy` that has them. */
const applied = process.env.TF_PROVIDER_MIRROR ? describe.skip : suite;
const real = ifPresent(
	process.env.TF_PROVIDER_MIRROR !== undefined,
	"TF_PROVIDER_MIRROR",
);

const { namespace, pushgateway } = probeProps();
const PASSWORD = "hunter2-registry";
const TOKEN = "hunter2-forgejo";
const VAULT = {
	"secret/viktor": {
		registry_user: "ci",
		registry_password: PASSWORD,
		forgejo_pull_token: TOKEN,
	},
};
const SECRET = "kubernetes_secret_v1 monitoring/registry-probe-credentials";

const folders: StackFolder[] = [];
function terraform(fill: (stack: TerraformStack) => void): {
	tf: Terraform;
	folder: StackFolder;
} {
	const folder = stackFolder(fill);
	folders.push(folder);
	const tf = withTerraform(folder.path);
	tf.store.vault = VAULT;
	return { tf, folder };
}
afterAll(() => {
	for (const folder of folders) folder.remove();
});

function privateRegistry(
	stack: TerraformStack,
	revision = 1,
	model: Partial<RegistryProps> = {},
): Registry {
	return new Registry(stack, "registry", {
		registry: registry({ ...PRIVATE, ...model }),
		namespace,
		pushgateway,
		credentials: { revision },
	});
}

/** Every construct, every mode, every option. */
function everything(stack: TerraformStack): void {
	const common = { namespace, pushgateway, tier: "1-cluster" };
	const own = privateRegistry(stack, 1, { ca: CA });
	new Registry(stack, "forgejo", {
		...common,
		registry: registry(FORGEJO),
		credentials: { mode: "data" },
		probe: {
			shards: 3,
			inUse: true,
			apiServer: { cidr: "10.0.20.100/32", port: 6443 },
			mode: "full",
			tagsPerRepo: 9,
			concurrency: 4,
			minRepositories: 2,
			timezone: "Etc/UTC",
		},
	});
	new Registry(stack, "third", {
		...common,
		registry: registry({ ...FORGEJO, name: "third" }),
		credentials: {
			mode: "external-secret",
			secretStoreRef: { name: "vault" },
			computedFields: ["metadata.annotations"],
		},
	});
	new IntegrityDashboard(stack, "dashboard", { namespace });
	for (const carrier of ["prometheus-rule", "config-map"] as const) {
		new IntegrityAlerts(stack, carrier, {
			registries: [own.probe.watched],
			namespace,
			runbookBase: "https://docs.local/",
			carrier,
		});
	}
}

suite("validate", () => {
	/** One folder for all: only what is in it changes, and neither its providers nor their types. */
	let shared: ReturnType<typeof terraform> | undefined;
	function errors(spoil: (own: Registry) => void): string {
		const fill = (stack: TerraformStack) => spoil(privateRegistry(stack));
		shared ??= terraform(privateRegistry);
		shared.folder.again(fill);
		return shared.tf.validate().join("\n");
	}

	test("accepts one that is not spoilt", () => {
		expect(errors(() => undefined)).toBe("");
	});

	test("accepts every construct in every mode", () => {
		const { tf } = terraform(everything);
		expect(tf.validate()).toEqual([]);
	});

	test.each<[string, (cronJob: CronJobV1) => void, RegExp]>([
		[
			"a misspelt attribute",
			(job) => job.addOverride("spec.concurency_policy", "Forbid"),
			/Extraneous JSON object property.*concurency_policy/s,
		],
		[
			"a misspelt attribute, deep",
			(job) =>
				job.addOverride(
					"spec.job_template.spec.template.spec.container.0.security_context.run_as_nonroot",
					true,
				),
			/Extraneous JSON object property.*run_as_nonroot/s,
		],
		[
			"a required attribute that is missing",
			(job) => job.addOverride("spec.schedule", undefined),
			/Missing required argument.*"schedule"/s,
		],
		[
			"a required block that is missing",
			(job) => job.addOverride("spec.job_template", undefined),
			/Insufficient job_template blocks|Missing required argument.*job_template/s,
		],
		[
			"a wrong type",
			(job) => job.addOverride("spec.starting_deadline_seconds", "soon"),
			/Incorrect attribute value type.*starting_deadline_seconds.*number/s,
		],
		[
			"a reference to nothing",
			(job) => job.addOverride("spec.schedule", "${kubernetes_secret_v1.x.id}"),
			/Reference to undeclared resource/,
		],
		[
			"text that was not escaped",
			(job) =>
				job.addOverride("metadata.annotations", { script: "echo ${HOME}" }),
			/Invalid reference|HOME/,
		],
	])("refuses %s", (_, spoil, message) => {
		expect(errors(({ probe }) => spoil(probe.cronJob))).toMatch(message);
	});

	test("refuses a secret value in an argument that state keeps", () => {
		const text = errors(({ credentials }) => {
			const read = credentials.ephemeral?.get("registry_password");
			credentials.secret?.addOverride("data", { REG_PASS: read });
		});
		expect(text).toMatch(/[Ee]phemeral/);
	});
});

real(
	"the real provider's plan, of what needs neither cluster nor Vault",
	() => {
		test("says non-root on the pod and on the container, and how shards fail", () => {
			const credentials = { mode: "existing" } as const;
			const { tf } = terraform((stack) => {
				new Registry(stack, "forgejo", {
					registry: registry(FORGEJO),
					namespace,
					pushgateway,
					credentials,
					probe: {
						shards: 3,
						inUse: true,
						apiServer: { cidr: "10.0.20.100/32", port: 6443 },
					},
				});
			});
			const { status, output } = tf.run("plan", "-no-color", "-out=plan");
			expect([status, output]).toEqual([
				0,
				expect.stringContaining("6 to add"),
			]);
			const { resource_changes } = JSON.parse(
				tf.run("show", "-json", "plan").stdout,
			);
			const job = resource_changes.find(
				({ type }: { type: string }) => type === "kubernetes_cron_job_v1",
			).change.after.spec[0].job_template[0].spec[0];
			expect(job).toMatchObject({
				completion_mode: "Indexed",
				completions: 3,
				parallelism: 3,
				backoff_limit: 3,
				backoff_limit_per_index: 0,
				max_failed_indexes: 3,
			});
			const [pod] = job.template[0].spec;
			expect(pod.security_context[0].run_as_non_root).toBe(true);
			expect(pod.container[0].security_context[0]).toMatchObject({
				run_as_non_root: true,
				privileged: false,
			});
		});
	},
);

applied("plan and apply", () => {
	test("everything: applied, and then there is nothing left to do", () => {
		const { tf } = terraform(everything);
		expect(tf.plan()).toBe("changes");
		tf.apply();
		expect(tf.plan()).toBe("empty");
		expect(Object.keys(tf.store.cluster).sort()).toEqual(
			[
				"kubernetes_cluster_role_binding_v1 monitoring-forgejo-integrity-probe",
				"kubernetes_cluster_role_v1 monitoring-forgejo-integrity-probe",
				"kubernetes_config_map_v1 monitoring/forgejo-integrity-probe-files",
				"kubernetes_config_map_v1 monitoring/registry-integrity",
				"kubernetes_config_map_v1 monitoring/registry-integrity-dashboard",
				"kubernetes_config_map_v1 monitoring/registry-integrity-probe-files",
				"kubernetes_config_map_v1 monitoring/third-integrity-probe-files",
				"kubernetes_cron_job_v1 monitoring/forgejo-integrity-probe",
				"kubernetes_cron_job_v1 monitoring/registry-integrity-probe",
				"kubernetes_cron_job_v1 monitoring/third-integrity-probe",
				"kubernetes_manifest ExternalSecret/monitoring/third-probe-credentials",
				"kubernetes_manifest PrometheusRule/monitoring/registry-integrity",
				"kubernetes_network_policy_v1 monitoring/forgejo-integrity-probe",
				"kubernetes_network_policy_v1 monitoring/registry-integrity-probe",
				"kubernetes_network_policy_v1 monitoring/third-integrity-probe",
				"kubernetes_secret_v1 monitoring/forgejo-probe-credentials",
				"kubernetes_secret_v1 monitoring/registry-probe-credentials",
				"kubernetes_service_account_v1 monitoring/forgejo-integrity-probe",
			].sort(),
		);
		const forgejo =
			tf.store.cluster[
				"kubernetes_secret_v1 monitoring/forgejo-probe-credentials"
			];
		expect(forgejo?.arguments).toMatchObject({
			data: { REG_USER: "cluster-puller", REG_PASS: TOKEN },
		});
	});

	describe("one registry through its life", () => {
		let tf: Terraform;
		let folder: StackFolder;
		beforeAll(() => {
			({ tf, folder } = terraform(privateRegistry));
		});
		const file = (name: string) =>
			readFileSync(join(folder.path, name), "utf8");
		const data = () => tf.store.cluster[SECRET]?.arguments;

		test("the password reaches the Secret and no file of Terraform's", () => {
			expect(tf.run("plan", "-out=plan").status).toBe(0);
			expect(tf.run("show", "-json", "plan").stdout).not.toContain(PASSWORD);
			expect(tf.run("apply", "plan").status).toBe(0);
			expect(data()).toMatchObject({
				data_wo: { REG_USER: "ci", REG_PASS: PASSWORD },
			});
			expect(file("terraform.tfstate")).toContain("registry-probe-credentials");
			expect(file("terraform.tfstate")).not.toContain(PASSWORD);
			expect(file("cdk.tf.json")).not.toContain(PASSWORD);
		});

		test("a new value in Vault comes with a higher revision, and only then", () => {
			const rotated = { ...VAULT["secret/viktor"], registry_password: "new" };
			tf.store.vault = { "secret/viktor": rotated };
			expect(tf.plan()).toBe("empty");
			folder.again((stack) => {
				privateRegistry(stack, 2);
			});
			tf.apply();
			expect(data()).toMatchObject({ data_wo: { REG_PASS: "new" } });
		});

		test("what somebody deletes is found and made again", () => {
			const { [SECRET]: secret, ...rest } = tf.store.cluster;
			expect(secret).toBeDefined();
			tf.store.cluster = rest;
			expect(tf.plan()).toBe("changes");
			tf.apply();
			expect(data()).toMatchObject({ data_wo: { REG_PASS: "new" } });
		});

		test("a key or a secret that Vault does not have fails the plan by its name", () => {
			tf.store.vault = { "secret/viktor": { registry_user: "ci" } };
			expect(() => tf.plan()).toThrow(/registry_password/);
			tf.store.vault = {};
			expect(() => tf.plan()).toThrow(/secret\/viktor/);
			tf.store.vault = VAULT;
		});

		test("a name that is taken fails the apply", () => {
			rmSync(join(folder.path, "terraform.tfstate"));
			expect(() => tf.apply()).toThrow(/already exists/);
		});
	});
});
