// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform templates are what this is about

import { VaultProvider } from "@cdktf/provider-vault/lib/provider";
import {
	RegistryCredentials,
	type RegistryCredentialsProps,
} from "../../lib/constructs/registry-credentials";
import { requireTerraform } from "../../lib/constructs/terraform-version";
import { registry } from "../../lib/registry";
import {
	FORGEJO,
	newStack,
	PRIVATE,
	Synthesized,
	synthesize,
} from "./synthesized";

const SECRET = "kubernetes_secret_v1";
const private_ = registry(PRIVATE);
const forgejo = registry(FORGEJO);
const STORE = { name: "vault" };

function credentials(props: Partial<RegistryCredentialsProps> = {}) {
	return synthesize((stack) => {
		requireTerraform(stack);
		if (props.mode === "data")
			new VaultProvider(stack, "vault", { address: "http://v" });
		new RegistryCredentials(stack, "credentials", {
			registry: private_,
			namespace: "monitoring",
			...props,
		});
	});
}

describe("ephemeral, the default", () => {
	test("reads Vault ephemerally and writes the Secret's write-only data with its revision", () => {
		const { json, ...stack } = credentials();
		const [[id, read]] = Object.entries(json.ephemeral.vault_kv_secret_v2) as [
			[string, unknown],
		];
		expect(read).toEqual({ mount: "secret", name: "viktor" });
		const [secret] = Object.values(json.resource[SECRET]);
		const key = (name: string) =>
			`\${ephemeral.vault_kv_secret_v2.${id}.data["${name}"]}`;
		expect(secret).toEqual({
			metadata: {
				name: "registry-probe-credentials",
				namespace: "monitoring",
				labels: expect.any(Object),
			},
			data_wo: {
				REG_USER: key("registry_user"),
				REG_PASS: key("registry_password"),
			},
			// without it the provider silently writes an empty Secret
			data_wo_revision: 1,
		});
		expect(json.data).toBeUndefined();
		expect(stack.warnings).toEqual([]);
	});

	test("a user that is no secret stands in the Secret as it is", () => {
		const secret = credentials({ registry: forgejo, revision: 7 }).only(SECRET);
		expect(secret.data_wo.REG_USER).toBe("cluster-puller");
		expect(secret.data_wo.REG_PASS).toMatch(/\.data\["forgejo_pull_token"\]}$/);
		expect(secret.data_wo_revision).toBe(7);
	});

	test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
		"refuses revision %p",
		(revision) => {
			expect(() => credentials({ revision })).toThrow(
				`revision: got ${revision}, wanted an integer from 1`,
			);
		},
	);

	test("its elements can be renamed, moved to another provider and overridden", () => {
		const stack = newStack();
		const vaultProvider = new VaultProvider(stack, "other", {
			address: "http://v",
			alias: "other",
		});
		const { ephemeral, secret } = new RegistryCredentials(stack, "c", {
			registry: private_,
			namespace: "monitoring",
			vaultProvider,
		});
		ephemeral?.overrideLogicalId("read");
		ephemeral?.addOverride("mount_id", "m");
		secret?.overrideLogicalId("login");
		const { json } = new Synthesized(stack);
		expect(json.ephemeral.vault_kv_secret_v2).toEqual({
			read: {
				mount: "secret",
				name: "viktor",
				provider: "vault.other",
				mount_id: "m",
			},
		});
		expect(json.resource[SECRET].login.data_wo.REG_PASS).toBe(
			'${ephemeral.vault_kv_secret_v2.read.data["registry_password"]}',
		);
	});

	test("what Terraform would read as a template is only text", () => {
		const { json } = credentials({
			registry: registry({
				...PRIVATE,
				vault: {
					mount: "m${a}",
					name: "n%{b}",
					user: "u${c}",
					passwordKey: 'p"${d}',
				},
			}),
		});
		const [[id, read]] = Object.entries(json.ephemeral.vault_kv_secret_v2) as [
			[string, unknown],
		];
		expect(read).toEqual({ mount: "m$${a}", name: "n%%{b}" });
		const [secret] = Object.values(json.resource[SECRET]) as {
			data_wo: object;
		}[];
		expect(secret?.data_wo).toEqual({
			REG_USER: "u$${c}",
			REG_PASS: `\${ephemeral.vault_kv_secret_v2.${id}.data["p\\"$\${d}"]}`,
		});
	});
});

describe("data", () => {
	test("reads the classic data source, and says that the password ends up in state", () => {
		const stack = credentials({ mode: "data" });
		const [[id, read]] = Object.entries(stack.json.data.vault_kv_secret_v2) as [
			[string, unknown],
		];
		expect(read).toEqual({ mount: "secret", name: "viktor" });
		const secret = stack.only(SECRET);
		expect(secret.data).toEqual({
			REG_USER: `\${data.vault_kv_secret_v2.${id}.data["registry_user"]}`,
			REG_PASS: `\${data.vault_kv_secret_v2.${id}.data["registry_password"]}`,
		});
		expect(secret).not.toHaveProperty("data_wo");
		expect(stack.json.ephemeral).toBeUndefined();
		expect(stack.warnings).toEqual([
			expect.stringContaining("in Terraform's state in clear"),
		]);
	});

	test("a user that is no secret", () => {
		const { data } = credentials({ mode: "data", registry: forgejo }).only(
			SECRET,
		);
		expect(data.REG_USER).toBe("cluster-puller");
	});
});

describe("external-secret", () => {
	const mode = "external-secret" as const;

	test("asks the operator, and needs no Vault provider", () => {
		const stack = credentials({ mode, secretStoreRef: STORE });
		expect(stack.types()).toEqual(["kubernetes_manifest"]);
		expect(stack.only("kubernetes_manifest").manifest).toEqual({
			apiVersion: "external-secrets.io/v1",
			kind: "ExternalSecret",
			metadata: {
				name: "registry-probe-credentials",
				namespace: "monitoring",
				labels: expect.any(Object),
			},
			spec: {
				refreshInterval: "1h",
				secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
				target: { name: "registry-probe-credentials", creationPolicy: "Owner" },
				data: [
					{
						secretKey: "REG_USER",
						remoteRef: { key: "viktor", property: "registry_user" },
					},
					{
						secretKey: "REG_PASS",
						remoteRef: { key: "viktor", property: "registry_password" },
					},
				],
			},
		});
		expect(stack.json.ephemeral).toBeUndefined();
		expect(stack.json.terraform.required_version).toBe(">= 1.5.7");
	});

	test("a user that is no secret comes from the template, beside the password", () => {
		const { manifest, computed_fields } = credentials({
			mode,
			registry: forgejo,
			secretStoreRef: { kind: "SecretStore", name: "own" },
			refreshInterval: "5m",
			computedFields: ["metadata.annotations"],
		}).only("kubernetes_manifest");
		expect(manifest.spec).toMatchObject({
			refreshInterval: "5m",
			secretStoreRef: { kind: "SecretStore", name: "own" },
			target: {
				template: {
					engineVersion: "v2",
					data: {
						REG_USER: '{{ "cluster-puller" }}',
						REG_PASS: "{{ .REG_PASS }}",
					},
				},
			},
		});
		expect(manifest.spec.data).toEqual([
			{
				secretKey: "REG_PASS",
				remoteRef: { key: "viktor", property: "forgejo_pull_token" },
			},
		]);
		expect(computed_fields).toEqual(["metadata.annotations"]);
	});

	test("refuses to guess the store", () => {
		expect(() => credentials({ mode })).toThrow(
			'secretStoreRef: got nothing, wanted the store that mode "external-secret" reads from',
		);
	});
});

test("existing: a name and nothing else", () => {
	const stack = newStack();
	const own = new RegistryCredentials(stack, "a", {
		registry: private_,
		namespace: "monitoring",
		mode: "existing",
	});
	const foreign = new RegistryCredentials(stack, "b", {
		registry: registry({ ...PRIVATE, vault: undefined }),
		namespace: "monitoring",
		mode: "existing",
		secretName: "theirs",
	});
	expect(own.secretName).toBe("registry-probe-credentials");
	expect(foreign.secretName).toBe("theirs");
	expect(new Synthesized(stack).types()).toEqual([]);
});

test.each(["ephemeral", "data"] as const)(
	"an anonymous registry has no Secret with %s",
	(mode) => {
		const stack = newStack();
		const { secretName } = new RegistryCredentials(stack, "c", {
			registry: registry({ ...PRIVATE, vault: undefined }),
			namespace: "monitoring",
			mode,
		});
		expect(secretName).toBeUndefined();
		const { json, warnings } = new Synthesized(stack);
		expect([json.resource, json.ephemeral, json.data]).toEqual([
			undefined,
			undefined,
			undefined,
		]);
		expect(warnings).toEqual([]);
	},
);

test.each<[Partial<RegistryCredentialsProps>, string]>([
	[
		{ mode: "vault" as never },
		'mode: got "vault", wanted one of ephemeral, data, external-secret, existing',
	],
	[
		{ mode: "data", revision: 2 },
		'revision: got it with mode "data", wanted it only with "ephemeral"',
	],
	[
		{ secretStoreRef: STORE },
		'secretStoreRef: got it with mode "ephemeral", wanted it only with "external-secret"',
	],
	[
		{ mode: "existing", refreshInterval: "1h" },
		'refreshInterval: got it with mode "existing", wanted it only with "external-secret"',
	],
])("refuses %j", (props, message) => {
	expect(() => credentials(props)).toThrow(message);
});

test("the Terraform that is needed", () => {
	const version = (props: Partial<RegistryCredentialsProps>) =>
		credentials(props).json.terraform.required_version;
	expect(version({})).toBe(">= 1.11");
	expect(version({ mode: "data" })).toBe(">= 1.5.7");
	expect(version({ mode: "existing" })).toBe(">= 1.5.7");
});
