import { DataVaultKvSecretV2 } from "@cdktf/provider-vault/lib/data-vault-kv-secret-v2";
import {
	Annotations,
	Fn,
	type ITerraformDependable,
	TerraformHclModule,
	TerraformVariable,
} from "cdktf";
import { Construct } from "constructs";
import { localModule } from "./local-module";

/** The infra repo's own monitoring module (Prometheus, Grafana, Loki), called by the monitoring stack. */
export interface MonitoringModule {
	/** A folder (`./modules/monitoring`, from where synth runs) or any other module source of Terraform. */
	readonly source: string;
	/** Only for sources from a module registry. */
	readonly version?: string;
	/** What the module makes itself; all else is this stack's, nothing is both's. */
	readonly owns: {
		readonly namespace: boolean;
		/** Names of the registries whose CronJob and Secret are the module's. */
		readonly probes: readonly string[];
	};
	/** kv v2 mount of the two secrets. @default "secret" */
	readonly mount?: string;
	/** Secret with the module's own credentials. @default "platform" */
	readonly platformSecret?: string;
	/** Secret with the registry's credentials. @default "viktor" */
	readonly registrySecret?: string;
}

/** Inputs whose value the operator gives, by the name of the stack's variable. */
const VARIABLES = {
	tls_secret_name: { variable: "tls_secret_name" },
	nfs_server: { variable: "nfs_server" },
	mysql_host: { variable: "mysql_host" },
	idrac_username: { variable: "monitoring_idrac_username", sensitive: true },
} as const;

/** Inputs whose value is read from Vault, by secret and key. */
const SECRETS = {
	platform: {
		alertmanager_account_password: "alertmanager_account_password",
		idrac_password: "monitoring_idrac_password",
		alertmanager_slack_api_url: "alertmanager_slack_api_url",
		tiny_tuya_service_secret: "tiny_tuya_service_secret",
		haos_api_token: "haos_api_token",
		pve_password: "pve_password",
		grafana_admin_password: "grafana_admin_password",
	},
	registry: {
		registry_user: "registry_user",
		registry_password: "registry_password",
	},
} as const;

/**
 * The module with its variables and Vault data sources, at the addresses of a hand-written root module
 * (`module.monitoring`, `data.vault_kv_secret_v2.secrets`, `var.nfs_server`), so that an existing state fits.
 */
export class MonitoringModuleCall extends Construct {
	readonly variables: Readonly<Record<string, TerraformVariable>>;
	/** `secret/platform` */
	readonly secrets: DataVaultKvSecretV2;
	/** `secret/viktor` */
	readonly viktor: DataVaultKvSecretV2;
	readonly module: TerraformHclModule;

	constructor(
		scope: Construct,
		id: string,
		props: MonitoringModule & {
			/** The label's value (`1-cluster`). */
			readonly tier: string;
			/** Where the stack is synthesized to. */
			readonly stackFolder: string;
			/** What must exist before anything of the module. */
			readonly dependsOn?: ITerraformDependable[];
		},
	) {
		super(scope, id);
		const { mount = "secret" } = props;
		const { platformSecret = "platform", registrySecret = "viktor" } = props;

		this.variables = Object.fromEntries(
			Object.values(VARIABLES).map((each) => {
				const { variable } = each;
				const sensitive = "sensitive" in each ? true : undefined;
				return [
					variable,
					at(
						new TerraformVariable(this, variable, {
							type: "string",
							sensitive,
						}),
						variable,
					),
				];
			}),
		);
		const kv = (name: string, logicalId: string) =>
			at(new DataVaultKvSecretV2(this, logicalId, { mount, name }), logicalId);
		this.secrets = kv(platformSecret, "secrets");
		this.viktor = kv(registrySecret, "viktor");

		this.module = at(
			new TerraformHclModule(this, "module", {
				source: localModule(props.source, props.stackFolder),
				version: props.version,
				dependsOn: props.dependsOn,
				// a copy of the folder alone would lose what it reaches by ../
				skipAssetCreationFromLocalModules: true,
				variables: {
					...Object.fromEntries(
						Object.entries(VARIABLES).map(([input, { variable }]) => [
							input,
							this.variables[variable]?.stringValue,
						]),
					),
					...sensitive(this.secrets, SECRETS.platform),
					...sensitive(this.viktor, SECRETS.registry),
					tier: props.tier,
				},
			}),
			"monitoring",
		);
		Annotations.of(this).addWarning(
			`the state of this stack will hold in clear all of ${mount}/${platformSecret} and ${mount}/${registrySecret}, among it ${[
				...Object.keys(SECRETS.platform),
				...Object.keys(SECRETS.registry),
			].join(
				", ",
			)}, and again whatever module.monitoring makes of it: the module takes them as plain inputs`,
		);
	}
}

function sensitive(
	from: DataVaultKvSecretV2,
	inputs: Readonly<Record<string, string>>,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(inputs).map(([input, key]) => [
			input,
			Fn.sensitive(from.data.lookup(key)),
		]),
	);
}

/** Addresses as in a root module, whatever the construct's path. */
function at<T extends { overrideLogicalId(id: string): void }>(
	element: T,
	logicalId: string,
): T {
	element.overrideLogicalId(logicalId);
	return element;
}
