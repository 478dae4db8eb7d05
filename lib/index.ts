// The public surface: every export is listed by hand.

export {
	ALERTS,
	type AlertGroup,
	type AlertName,
	type AlertRule,
	type Severity,
} from "./alerts/alert";
export { type AlertFilesProps, alertFiles } from "./alerts/alert-files";
export {
	type AlertChartValues,
	alertChartValues,
	scrapeChartValues,
} from "./alerts/chart-values";
export { type InhibitRule, inhibitRules } from "./alerts/inhibition";
export {
	type IntegrityAlertsProps as AlertModelProps,
	integrityAlerts,
} from "./alerts/integrity-alerts";
export {
	type PrometheusRuleManifest,
	type PrometheusRuleProps,
	prometheusRule,
} from "./alerts/prometheus-rule";
export { renderRuleFile } from "./alerts/rule-file";
export type {
	PrometheusAlertingRule,
	PrometheusRuleGroup,
} from "./alerts/rule-group";
export { renderRuleTests } from "./alerts/rule-tests";
export { runbookUrl } from "./alerts/runbook-url";
export { parseSchedule, type Schedule } from "./alerts/schedule";
export {
	type ScrapeConfig,
	type ScrapeConfigProps,
	scrapeConfigs,
} from "./alerts/scrape-configs";
export { THRESHOLDS, type Thresholds } from "./alerts/thresholds";
export type { WatchedRegistry } from "./alerts/watch";

export {
	EphemeralVaultSecret,
	type EphemeralVaultSecretProps,
} from "./constructs/ephemeral-vault-secret";
export type { SecretStoreRef } from "./constructs/external-secret-manifest";
export type { InUseAccess, InUseAccessProps } from "./constructs/in-use-access";
export {
	type AlertCarrier,
	IntegrityAlerts,
	type IntegrityAlertsProps,
} from "./constructs/integrity-alerts";
export {
	IntegrityDashboard,
	type IntegrityDashboardProps,
} from "./constructs/integrity-dashboard";
export { IntegrityProbe } from "./constructs/integrity-probe";
export { literal } from "./constructs/literal";
export type { Mutation } from "./constructs/mutations";
export type { Placement } from "./constructs/placement";
export type {
	ApiServer,
	IntegrityProbeProps,
	Pushgateway,
	Resources,
} from "./constructs/probe-props";
export { Registry, type RegistryProps } from "./constructs/registry";
export {
	type CredentialsMode,
	RegistryCredentials,
	type RegistryCredentialsProps,
} from "./constructs/registry-credentials";
export { requireTerraform } from "./constructs/terraform-version";

export {
	DASHBOARD_UID,
	type IntegrityDashboardProps as DashboardModelProps,
	renderIntegrityDashboard,
} from "./dashboards/integrity-dashboard";

export {
	EXIT,
	type ExitCode,
	type InconclusiveReason,
	type Kind,
	METRICS,
	type Metric,
	type MetricName,
	OPTIONS,
	type OptionName,
	type Outcome,
	type ProbeMode,
	type Reason,
	type RepairAction,
} from "./guard/contract";
export type {
	Counts,
	Finding,
	Inconclusive,
	Repair,
	Report,
	Target,
} from "./guard/finding";

export { assertPinned, type ImagePin, imageOf, PINS } from "./pins";
export {
	type MetricsTarget,
	type PodPeer,
	type RealmHost,
	type Registry as RegistryModel,
	type RegistryKind,
	type RegistryProps as RegistryModelProps,
	registry,
	type VaultCredentials,
} from "./registry";
