// The public surface: every export is listed by hand.

export {
	ALERTS,
	type AlertGroup,
	type AlertName,
	type AlertRule,
	type Severity,
} from "./alerts/alert";
export { type AlertFilesProps, alertFiles } from "./alerts/alert-files";
export { type AlertGroupsProps, alertGroups } from "./alerts/alert-groups";
export {
	type AlertChartValues,
	alertChartValues,
	scrapeChartValues,
} from "./alerts/chart-values";
export type { WatchedDrift } from "./alerts/drift-alerts";
export {
	DRIFT_THRESHOLDS,
	type DriftThresholds,
} from "./alerts/drift-thresholds";
export type { WatchedHost } from "./alerts/host-alerts";
export { HOST_THRESHOLDS, type HostThresholds } from "./alerts/host-thresholds";
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
export type {
	NotifyPolicy,
	PipelineCron,
	PipelinesProps,
	PushTarget,
	SshMachine,
} from "./pipelines/pipelines";
export { targetIn } from "./pipelines/push-target";
export { type WorkflowFiles, workflowFiles } from "./pipelines/workflow-files";
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
export type { HostDnsProps } from "./registry-host/host-dns";
export type { HostFile } from "./registry-host/host-file";
export type { HostNginxProps } from "./registry-host/host-nginx";
export type {
	HostMetrics,
	HostRegistry,
	HostRegistryProps,
	HostTls,
	Upstream,
} from "./registry-host/host-registry";
export type { HostUiProps } from "./registry-host/host-ui";
export {
	HOST_RULES,
	type HostProblem,
	type HostRule,
} from "./registry-host/lint/host-rules";
export type { LintFile } from "./registry-host/lint/lint-file";
export { lintHostFiles } from "./registry-host/lint/lint-host-files";
export {
	type ComposeNamesProps,
	type NodeExporterProps,
	type RegistryHost,
	type RegistryHostProps,
	registryHost,
} from "./registry-host/registry-host";
export { registryHostBundle } from "./registry-host/registry-host-bundle";
export { renderRegistryVmPage } from "./registry-host/registry-vm-page";

export type { WorkflowEvent } from "./woodpecker/event";
export { type Guard, renderGuard } from "./woodpecker/guard";
export { type FolderFacts, lintFolder } from "./woodpecker/lint-folder";
export { type ParsedWorkflow, parseWorkflow } from "./woodpecker/parse";
export {
	type Problem as WorkflowProblem,
	WORKFLOW_RULES,
	type WorkflowRule,
} from "./woodpecker/problem";
export { renderWorkflow } from "./woodpecker/render";
export {
	fromSecret,
	type Secret,
	type SecretReference,
} from "./woodpecker/secret";
export { parseStranger, type Stranger } from "./woodpecker/stranger";
export { escapeSubstitution, substitute } from "./woodpecker/substitution";
export {
	matrixColumns,
	renderTriggerMatrix,
} from "./woodpecker/trigger-matrix";
export type {
	Condition,
	Step,
	StepCondition,
	Workflow,
} from "./woodpecker/workflow";
