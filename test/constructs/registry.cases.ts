import { Registry } from "../../lib/constructs/registry";
import { registry } from "../../lib/registry";
import {
	FORGEJO,
	newStack,
	PRIVATE,
	probeProps,
	Synthesized,
} from "./synthesized";

const { pushgateway, namespace } = probeProps();

test("credentials and probe of one model, with the contract's names and stable addresses", () => {
	const stack = newStack();
	for (const model of [registry(PRIVATE), registry(FORGEJO)])
		new Registry(stack, model.name, {
			registry: model,
			namespace,
			pushgateway,
		});
	const { json } = new Synthesized(stack);
	const addresses = Object.entries<object>({
		...json.resource,
		...Object.fromEntries(
			Object.entries(json.ephemeral).map(([type, each]) => [
				`ephemeral.${type}`,
				each,
			]),
		),
	}).flatMap(([type, each]) => Object.keys(each).map((id) => `${type}.${id}`));
	expect(addresses.sort()).toMatchInlineSnapshot(`
[
  "ephemeral.vault_kv_secret_v2.forgejo_forgejo-probe-credentials_vault_2C93AB0B",
  "ephemeral.vault_kv_secret_v2.registry_registry-probe-credentials_vault_5816EDC7",
  "kubernetes_config_map_v1.forgejo_forgejo-integrity-probe_files_D621E780",
  "kubernetes_config_map_v1.registry_registry-integrity-probe_files_6750EB22",
  "kubernetes_cron_job_v1.forgejo_forgejo-integrity-probe_cron-job_B58A1A79",
  "kubernetes_cron_job_v1.registry_registry-integrity-probe_cron-job_32DFFEED",
  "kubernetes_network_policy_v1.forgejo_forgejo-integrity-probe_network-policy_369FAAB7",
  "kubernetes_network_policy_v1.registry_registry-integrity-probe_network-policy_DFC5ACA2",
  "kubernetes_secret_v1.forgejo_forgejo-probe-credentials_secret_CADC4278",
  "kubernetes_secret_v1.registry_registry-probe-credentials_secret_C6535344",
]
`);
	const names = Object.values<Record<string, { metadata: { name: string } }>>(
		json.resource,
	).flatMap((each) => Object.values(each).map(({ metadata }) => metadata.name));
	expect(new Set(names)).toEqual(
		new Set([
			"registry-integrity-probe",
			"registry-integrity-probe-files",
			"registry-probe-credentials",
			"forgejo-integrity-probe",
			"forgejo-integrity-probe-files",
			"forgejo-probe-credentials",
		]),
	);
});

test("the probe uses the Secret that the credentials name", () => {
	const model = registry({ ...PRIVATE, vault: undefined });
	const { credentials, probe } = new Registry(newStack(), "r", {
		registry: model,
		namespace,
		pushgateway,
		credentials: { mode: "existing", secretName: "theirs" },
	});
	expect(credentials.secretName).toBe("theirs");
	const env = JSON.stringify(probe.cronJob.specInput);
	expect(env).toContain('"name":"theirs"');
	expect(env).not.toContain("registry-probe-credentials");
});

test("an anonymous registry", () => {
	const stack = newStack();
	new Registry(stack, "r", {
		registry: registry({ ...PRIVATE, vault: undefined }),
		namespace,
		pushgateway,
	});
	const synthesized = new Synthesized(stack);
	expect(synthesized.types()).not.toContain("kubernetes_secret_v1");
	expect(synthesized.json.ephemeral).toBeUndefined();
	expect(
		JSON.stringify(synthesized.only("kubernetes_cron_job_v1")),
	).not.toMatch(/REG_USER|REG_PASS|vault/);
});
