// Somebody else's app: each construct of the package alone in a stack of its own, and all of them beside foreign things.
import { createHash } from "node:crypto";
import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider/index.js";
import { SecretV1 } from "@cdktf/provider-kubernetes/lib/secret-v1/index.js";
import { VaultProvider } from "@cdktf/provider-vault/lib/provider/index.js";
import { App, LocalBackend, TerraformStack } from "cdktf";
import {
	IntegrityAlerts,
	IntegrityDashboard,
	IntegrityProbe,
	lintFolder,
	lintHostFiles,
	Registry,
	RegistryCredentials,
	type RegistryModel,
	registry,
	registryHost,
	registryHostBundle,
	renderWorkflow,
	requireTerraform,
} from "cdktf-registry-guard";

const model: RegistryModel = registry({
	name: "theirs",
	kind: "distribution",
	url: "https://registry.example.com:5050",
	address: "192.0.2.10",
	vault: { name: "ci", userKey: "user", passwordKey: "password" },
});
const namespace = "observability";
const pushgateway = { url: "http://pushgateway.observability:9091" };
const runbookBase = "https://example.com/runbooks";

const app = new App();
const stack = (name: string, fill: (stack: TerraformStack) => void) => {
	const made = new TerraformStack(app, name);
	new LocalBackend(made, { path: `terraform.${name}.tfstate` });
	new KubernetesProvider(made, "kubernetes");
	new VaultProvider(made, "vault", { address: "https://vault.example.com" });
	fill(made);
};

stack("credentials", (made) => {
	const { secret, secretName } = new RegistryCredentials(made, "it", {
		registry: model,
		namespace,
	});
	if (!secret || secretName !== "theirs-probe-credentials")
		throw new Error(`secret: got ${secretName}`);
	requireTerraform(made);
});
stack("probe", (made) => {
	const { cronJob } = new IntegrityProbe(made, model.probeName, {
		registry: model,
		namespace,
		pushgateway,
	});
	// the escape hatch: resources are fields
	cronJob.addOverride("spec.suspend", true);
});
stack("alerts", (made) => {
	new IntegrityAlerts(made, "it", {
		registries: [{ registry: model }],
		namespace,
		runbookBase,
	});
});
stack("dashboard", (made) => {
	new IntegrityDashboard(made, "it", { namespace });
});
stack("theirs", (made) => {
	const own = new SecretV1(made, "own", { metadata: { name: "own" } });
	new Registry(made, "registry", {
		registry: model,
		namespace,
		pushgateway,
		dependsOn: [own],
	});
	new IntegrityAlerts(made, "alerts", {
		registries: [{ registry: model }],
		namespace,
		runbookBase,
		carrier: "config-map",
	});
});
app.synth();

// what is not Terraform needs no stack
const bundle = registryHostBundle(
	registryHost({
		host: "registry.example.com",
		address: "192.0.2.10",
		registries: [
			{ name: "dockerhub", kind: "pull-through" },
			{ name: "theirs", kind: "private" },
		],
	}),
	(text) => createHash("sha256").update(text).digest("hex"),
);
const workflow = renderWorkflow(
	{
		name: "greet",
		when: [{ event: "push", branch: "main" }],
		steps: [{ name: "hi", image: "alpine:3.20", commands: ["echo hi"] }],
	},
	"main.ts",
);
const problems = [
	...lintHostFiles(bundle),
	...lintFolder({ "greet.yml": workflow }).problems,
];
if (bundle.length < 20 || problems.length > 0)
	throw new Error(JSON.stringify([bundle.length, problems]));
