import type { AlertGroupsProps } from "../lib/alerts/alert-groups";
import { DASHBOARD_UID } from "../lib/dashboards/integrity-dashboard";
import { DRIFT_JOB } from "../lib/guard/contract";
import type { Settings } from "./model";
import { hostOf } from "./registry-host";
import { watchedRegistries } from "./watched";
import { watchedHost } from "./watched-host";

/** What all carriers of the alerts are made from: the stack and the generated files say the same. */
export function alertModel(settings: Settings): AlertGroupsProps {
	const { grafanaUrl, alerts, runbookBaseUrl } = settings;
	const host = hostOf(settings);
	const isDriftWatched = settings.pipelines?.crons?.some(
		({ name }) => name === DRIFT_JOB,
	);
	return {
		registries: watchedRegistries(settings),
		runbookBase: runbookBaseUrl,
		dashboardUrl: grafanaUrl && `${grafanaUrl}/d/${DASHBOARD_UID}`,
		thresholds: alerts?.thresholds,
		...(host && { host: watchedHost(host, alerts?.hostThresholds) }),
		...(isDriftWatched && { drift: { thresholds: alerts?.driftThresholds } }),
	};
}
