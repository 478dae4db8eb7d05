import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import { VaultProvider } from "@cdktf/provider-vault/lib/provider";
import { Annotations, App, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { IntegrityDashboard } from "../lib/constructs/integrity-dashboard";
import { Registry } from "../lib/constructs/registry";
import type { Settings } from "./model";
import { ownership } from "./module-ownership";
import { MonitoringModuleCall } from "./monitoring-module";
import { SettingsStack } from "./settings-stack";
import { freshFor } from "./watched";

/**
 * The namespace, and in it a probe with its Secret for each registry and the dashboard of all; around them the infra
 * repo's own module, if there is one.
 */
export class MonitoringStack extends SettingsStack {
	readonly namespace?: NamespaceV1;
	readonly monitoringModule?: MonitoringModuleCall;
	/** What makes the namespace, where this stack or its module does. */
	readonly home?: ITerraformDependable;
	/** By the registry's name. */
	readonly registries: Readonly<Record<string, Registry>>;
	readonly dashboard: IntegrityDashboard;

	constructor(scope: Construct, name: string, settings: Settings) {
		const owner = ownership(settings);
		const own = settings.registries.filter(({ model }) =>
			owner.probed.includes(model),
		);
		super(scope, name, settings);
		const readsVault = own.some(
			({ model, credentials: { mode = "ephemeral" } = {} }) =>
				model.vault && (mode === "ephemeral" || mode === "data"),
		);
		if (readsVault || settings.monitoringModule) {
			new VaultProvider(this, "vault", { address: settings.vaultAddress });
		}
		const tier = settings.tiers[settings.namespace.tier];
		if (owner.namespace) {
			this.namespace = new NamespaceV1(this, "namespace", {
				metadata: { name: settings.namespace.name, labels: { tier } },
			});
		}
		if (settings.monitoringModule) {
			this.monitoringModule = new MonitoringModuleCall(this, "monitoring", {
				...settings.monitoringModule,
				tier,
				stackFolder: `${App.of(this).outdir}/stacks/${name}`,
				dependsOn: this.namespace && [this.namespace],
			});
			for (const warning of owner.warnings)
				Annotations.of(this.monitoringModule).addWarning(warning);
		}
		this.home =
			this.namespace ??
			(settings.monitoringModule?.owns.namespace
				? this.monitoringModule?.module
				: undefined);
		const placement = {
			namespace: settings.namespace.name,
			dependsOn: this.home && [this.home],
		};
		this.registries = Object.fromEntries(
			own.map(({ model, credentials, probe }) => [
				model.name,
				new Registry(this, model.name, {
					...placement,
					registry: model,
					tier,
					pushgateway: settings.pushgateway,
					credentials,
					probe: { schedule: settings.schedule, ...probe },
				}),
			]),
		);
		this.dashboard = new IntegrityDashboard(this, "dashboard", {
			...placement,
			freshFor: freshFor(settings),
		});
	}
}
