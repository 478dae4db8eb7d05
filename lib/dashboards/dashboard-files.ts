import {
	DASHBOARD_UID,
	type IntegrityDashboardProps,
	renderIntegrityDashboard,
} from "./integrity-dashboard";

/** Every file about dashboards, by its path below `generated/`. */
export function dashboardFiles(
	props: IntegrityDashboardProps = {},
): Record<string, string> {
	return {
		[`dashboards/${DASHBOARD_UID}.json`]: renderIntegrityDashboard(props),
	};
}
