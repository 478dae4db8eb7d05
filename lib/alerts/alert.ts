/** How bad an alert is: the label `severity`, what Alertmanager routes by. */
export type Severity = "critical" | "warning" | "info";

/** One alerting rule, as all carriers write it. Durations are seconds. */
export interface AlertRule {
	/** Also the name of its runbook. */
	readonly alert: AlertName;
	/** PromQL. */
	readonly expr: string;
	/** Seconds that the expression must hold before the alert fires. */
	readonly for: number;
	readonly severity: Severity;
	/** The labels that every series of the expression has; as the rule's own labels they also tell two registries apart. */
	readonly job: string;
	/** Not there where a whole job is one thing: the drift detection. */
	readonly instance?: string;
	/** One line; a Prometheus template. */
	readonly summary: string;
	/** What is known and where to begin; a Prometheus template. */
	readonly description: string;
	readonly runbookUrl: string;
	readonly dashboardUrl?: string;
}

/** Rules that Prometheus evaluates together, in their order. */
export interface AlertGroup {
	readonly name: string;
	readonly rules: readonly AlertRule[];
}

/** Every alert and how bad it is, once. */
export const ALERTS = {
	RegistryManifestIntegrityFailure: "critical",
	RegistryBrokenImageInUse: "critical",
	RegistryIntegrityProbeStale: "warning",
	RegistryIntegrityProbeNeverRan: "warning",
	RegistryIntegrityNotCompleting: "warning",
	RegistryCatalogInaccessible: "critical",
	RegistryIntegrityProbeInconclusive: "warning",
	RegistryIntegrityCoverageLow: "warning",
	RegistryCatalogShrank: "warning",
	RegistryTLSExpiring: "warning",
	DockerRegistryDown: "warning",
	RegistryLowCacheHitRate: "info",
	RegistryDiskScanOrphans: "critical",
	RegistryDiskScanStale: "warning",
	RegistryGCLost: "critical",
	RegistryGCFailed: "warning",
	RegistryGCStale: "warning",
	RegistryLeftStopped: "critical",
	RegistryDiskFilling: "warning",
	RegistryConfigDrift: "warning",
	DriftDetectionStale: "warning",
	DriftUnaddressed: "warning",
	DriftStacksMany: "warning",
	DriftStackErrored: "warning",
} as const satisfies Record<string, Severity>;
/** Name of an alert, and of its runbook. */
export type AlertName = keyof typeof ALERTS;
