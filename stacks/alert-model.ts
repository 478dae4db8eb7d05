import type { IntegrityAlertsProps } from "../lib/alerts/integrity-alerts";
import { DASHBOARD_UID } from "../lib/dashboards/integrity-dashboard";
import type { Settings } from "./model";
import { watchedRegistries } from "./watched";

/** What all carriers of the alerts are made from: the stack and the generated files say the same. */
export function alertModel(settings: Settings): IntegrityAlertsProps {
	const { grafanaUrl, alerts, runbookBaseUrl } = settings;
	return {
		registries: watchedRegistries(settings),
		runbookBase: runbookBaseUrl,
		dashboardUrl: grafanaUrl && `${grafanaUrl}/d/${DASHBOARD_UID}`,
		thresholds: alerts?.thresholds,
	};
}
