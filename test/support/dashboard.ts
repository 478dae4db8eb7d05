/** What the tests read of a Grafana dashboard's JSON. */
export interface DashboardJson {
	readonly uid: string;
	readonly templating: {
		readonly list: readonly {
			readonly name: string;
			readonly type: string;
			readonly query: string;
			readonly datasource?: object;
		}[];
	};
	readonly panels: readonly DashboardPanel[];
}

export interface DashboardPanel {
	readonly id: number;
	readonly type: string;
	readonly title: string;
	readonly description: string;
	readonly datasource: object;
	readonly gridPos: {
		readonly x: number;
		readonly y: number;
		readonly w: number;
		readonly h: number;
	};
	readonly targets: readonly {
		readonly refId: string;
		readonly expr: string;
		readonly legendFormat: string;
		readonly datasource: object;
	}[];
	readonly transformations?: readonly {
		readonly id: string;
		readonly options: { readonly renameByName?: Record<string, string> };
	}[];
}

/** Every query of a dashboard with the name of its panel, as Grafana sends it where the viewer chose these registries. */
export function dashboardQueries(
	dashboard: DashboardJson,
	instances: readonly string[],
): {
	readonly panel: DashboardPanel;
	readonly refId: string;
	readonly expr: string;
}[] {
	const escaped = instances.map((name) => name.replaceAll(/[.:]/g, "\\\\$&"));
	return dashboard.panels.flatMap((panel) =>
		panel.targets.map(({ refId, expr }) => ({
			panel,
			refId,
			expr: expr.replaceAll("$instance", `(${escaped.join("|")})`),
		})),
	);
}

/** Labels that a text of the panel names: legends, and columns of a table. */
export function namedLabels(panel: DashboardPanel): string[] {
	const legends = panel.targets.flatMap(({ legendFormat }) =>
		[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) =>
			String(label),
		),
	);
	const columns = (panel.transformations ?? []).flatMap(({ options }) =>
		Object.keys(options.renameByName ?? {}),
	);
	return [...new Set([...legends, ...columns])];
}
