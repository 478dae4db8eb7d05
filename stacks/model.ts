import type { DriftThresholds } from "../lib/alerts/drift-thresholds";
import type { HostThresholds } from "../lib/alerts/host-thresholds";
import type { IntegrityAlertsProps } from "../lib/constructs/integrity-alerts";
import type { Pushgateway } from "../lib/constructs/probe-props";
import type { RegistryProps } from "../lib/constructs/registry";
import type { PipelinesProps, PushTarget } from "../lib/pipelines/pipelines";
import type { Registry } from "../lib/registry";
import type { HostRegistryProps } from "../lib/registry-host/host-registry";
import type { RegistryHostProps } from "../lib/registry-host/registry-host";
import type { Backend } from "./backend";
import type { MonitoringModule } from "./monitoring-module";

export const TIERS = ["core", "cluster", "gpu", "edge", "aux"] as const;
/** How important what runs there is to the cluster. */
export type Tier = (typeof TIERS)[number];

/** All about one registry: moving it or removing it is a change of this one entry. */
export interface RegistrySettings {
	readonly model: Registry;
	/** Who writes the probe's Secret, and its revision. @default - ephemeral, revision 1 */
	readonly credentials?: RegistryProps["credentials"];
	/** What this registry's probe does otherwise than the others. */
	readonly probe?: RegistryProps["probe"];
	/** It runs on the registry VM, under this name; users and pull hosts are the model's. @default - elsewhere */
	readonly hosted?: Omit<HostRegistryProps, "kind" | "users" | "pullHosts">;
	/** Images that our pipelines push here, and with what. @default - none */
	readonly builds?: Pick<PushTarget, "user" | "password"> & {
		readonly images: readonly ("infra-ci" | "infra")[];
	};
}

/** The Woodpecker workflows, as far as they do not follow from the registries. */
export interface PipelineSettings
	extends Omit<PipelinesProps, "infraCi" | "cli" | "vaultAddress"> {
	readonly infraCi: Pick<PipelinesProps["infraCi"], "tag" | "breakglass">;
	readonly cli: PipelinesProps["cli"];
	/**
	 * Folder of the infra repository that `.woodpecker/` is written to; of another repository than this one, what the
	 * workflows call and ship (`ci/`, the guard, the VM's bundle) is written beside it. @default "generated"
	 */
	readonly output?: string;
}

export interface NamespaceSettings {
	readonly name: string;
	readonly tier: Tier;
	/** Whether the monitoring stack makes it; false where something else already did. @default - true, unless the monitoring module owns it */
	readonly create?: boolean;
}

/** What `settings.ts` says. No secret is a value here: a registry's model names a Vault path. */
export interface Settings {
	readonly backend: Backend;
	readonly kubernetes: {
		/** Default of the variable `kube_config_path`; empty: KUBE_CONFIG_PATH or the pod's own account. */
		readonly configPath: string;
		/** @default - the current context, or KUBE_CTX */
		readonly configContext?: string;
	};
	/** @default - VAULT_ADDR */
	readonly vaultAddress?: string;
	/** Names of the tiers, as the label `tier` says them. */
	readonly tiers: Readonly<Record<Tier, string>>;
	readonly namespace: NamespaceSettings;
	readonly registries: readonly RegistrySettings[];
	readonly pushgateway: Pushgateway;
	/** Of every probe that has none of its own. */
	readonly schedule: string;
	/** An alert's runbook is at the base with the alert's name after it. */
	readonly runbookBaseUrl: string;
	/** Grafana's address; every alert links to the dashboard there. @default - no links */
	readonly grafanaUrl?: string;
	/**
	 * Carrier, labels and thresholds of the alert rules. With the carrier "none" there is no stack `alerts`.
	 * @default - a PrometheusRule
	 */
	readonly alerts?: Pick<
		IntegrityAlertsProps,
		"carrier" | "name" | "labels" | "computedFields" | "thresholds"
	> & {
		readonly hostThresholds?: Partial<HostThresholds>;
		readonly driftThresholds?: Partial<DriftThresholds>;
	};
	/** The registry VM with its caches, and its other registries that no probe walks. @default - no bundle, no alerts on it */
	readonly registryHost?: RegistryHostProps;
	/** @default - no workflows */
	readonly pipelines?: PipelineSettings;
	/** The infra repo's own monitoring module. @default - none: no variable, no Vault data source, no module */
	readonly monitoringModule?: MonitoringModule;
}
