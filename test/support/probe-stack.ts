import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { VaultProvider } from "@cdktf/provider-vault/lib/provider";
import { App, TerraformStack, Testing } from "cdktf";
import type { IntegrityProbeProps } from "../../lib/constructs/probe-props";
import { Registry } from "../../lib/constructs/registry";
import {
	type Registry as Model,
	type RegistryProps,
	registry,
} from "../../lib/registry";
import { CronJob } from "./cron-job";
import { type Distribution, PASSWORD, USER } from "./distribution";
import type { PrivateCa } from "./private-ca";

/** The name that the lab's certificate is made for; nobody but a hostAlias knows its address. */
export const REGISTRY_NAME = "registry.lab.test";

/** The model of a registry of the lab: a name that only a hostAlias resolves, a private CA, credentials in Vault. */
export function labModel(
	server: Pick<Distribution, "port">,
	tls: PrivateCa,
	props: Partial<RegistryProps> = {},
): Model {
	return registry({
		name: "registry",
		kind: "distribution",
		url: `https://${REGISTRY_NAME}:${server.port}`,
		address: "127.0.0.1",
		ca: tls.ca,
		vault: {
			name: "lab",
			userKey: "registry_user",
			passwordKey: "registry_password",
		},
		...props,
	});
}

/** The CronJob that the library's construct synthesizes for a model. */
export function probeCronJob(
	model: Model,
	pushgateway: string,
	probe: Partial<IntegrityProbeProps> = {},
): CronJob {
	const stack = new TerraformStack(new App(), "lab");
	new KubernetesProvider(stack, "kubernetes");
	new VaultProvider(stack, "vault", { address: "http://127.0.0.1:8200" });
	new Registry(stack, model.name, {
		registry: model,
		namespace: "monitoring",
		pushgateway: { url: pushgateway, address: "127.0.0.1" },
		probe,
	});
	return new CronJob(Testing.synth(stack, true), model.probeName, {
		lab: { registry_user: USER, registry_password: PASSWORD },
	});
}
