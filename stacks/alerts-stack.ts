import type { Construct } from "constructs";
import { IntegrityAlerts } from "../lib/constructs/integrity-alerts";
import { alertModel } from "./alert-model";
import type { Settings } from "./model";
import { SettingsStack } from "./settings-stack";

/** The alert rules, apart from the probes: where the operator's CRD is missing this stack cannot be planned, and takes nothing with it. */
export class AlertsStack extends SettingsStack {
	readonly alerts: IntegrityAlerts;

	constructor(scope: Construct, name: string, settings: Settings) {
		super(scope, name, settings);
		this.alerts = new IntegrityAlerts(this, "registry-integrity", {
			...settings.alerts,
			...alertModel(settings),
			namespace: settings.namespace.name,
		});
	}
}
