import { KubernetesProvider } from "@cdktf/provider-kubernetes/lib/provider";
import { TerraformStack, TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import { requireTerraform } from "../lib/constructs/terraform-version";
import { StackBackend } from "./backend";
import type { Settings } from "./model";

/** What every stack has: its backend, the Terraform that it needs, and the cluster. */
export abstract class SettingsStack extends TerraformStack {
	protected constructor(scope: Construct, name: string, settings: Settings) {
		super(scope, name);
		new StackBackend(this, name, settings.backend);
		requireTerraform(
			this,
			// the lock file of the s3 backend
			settings.backend.kind === "s3" ? ">= 1.10" : undefined,
		);
		const { configPath, configContext } = settings.kubernetes;
		const variable = new TerraformVariable(this, "kube_config_path", {
			type: "string",
			default: configPath,
			description:
				"kubeconfig of the cluster; empty: KUBE_CONFIG_PATH or the pod's own account",
		});
		new KubernetesProvider(this, "kubernetes", {
			configPath: variable.stringValue,
			configContext,
		});
	}
}
