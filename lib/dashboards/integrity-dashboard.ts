import { METRICS } from "../guard/contract";
import { DATASOURCE, type Dashboard, type Variable } from "./grafana";
import { integrityRows } from "./integrity-rows";
import { layout } from "./layout";

/** Grafana's identifier, and the end of the dashboard's address (`/d/registry-integrity`): never changes. */
export const DASHBOARD_UID = "registry-integrity";

/** What the dashboard cannot know by itself. */
export interface IntegrityDashboardProps {
	/** Seconds after which a run is no longer green. @default 3600 */
	readonly freshFor?: number;
}

/** The JSON of the Grafana dashboard about all registries. Same props, same bytes. */
export function renderIntegrityDashboard(
	props: IntegrityDashboardProps = {},
): string {
	const { freshFor = 3600 } = props;
	const dashboard: Dashboard = {
		uid: DASHBOARD_UID,
		title: "Registry integrity",
		description:
			"Whether what the registries' tags name can be pulled whole, and whether anybody looked.",
		tags: ["registry"],
		schemaVersion: 39,
		editable: true,
		graphTooltip: 1,
		timezone: "browser",
		refresh: "1m",
		time: { from: "now-2d", to: "now" },
		templating: { list: [dataSources(), instances()] },
		annotations: { list: [] },
		links: [],
		panels: layout(integrityRows(freshFor)),
	};
	return `${JSON.stringify(dashboard, null, 2)}\n`;
}

/** The viewer's choice of a Prometheus. */
function dataSources(): Variable {
	return {
		type: "datasource",
		name: "datasource",
		label: "Data source",
		query: "prometheus",
		refresh: 1,
	};
}

/** The viewer's choice of registries; alerts link to one of them. */
function instances(): Variable {
	const query = `label_values(${METRICS.lastRun.name}, instance)`;
	return {
		type: "query",
		name: "instance",
		label: "Registry",
		datasource: DATASOURCE,
		query,
		definition: query,
		refresh: 2,
		sort: 1,
		multi: true,
		includeAll: true,
		current: { text: ["All"], value: ["$__all"] },
	};
}
