import type { Options } from "@grafana/grafana-foundation-sdk/table";
import { DATASOURCE, type Json, type PanelBody, type Target } from "./grafana";
import { lettered } from "./query";

export interface TablePanelProps {
	readonly title: string;
	readonly description: string;
	/** A query of the present state whose labels become the columns. */
	readonly target: Target;
	/** Labels and their headings, in order; all else is left out. */
	readonly columns: Readonly<Record<string, string>>;
	/** Label that decides the order of the rows, largest first. */
	readonly sortBy: string;
}

/** A row for each series, its labels in columns. */
export function tablePanel(props: TablePanelProps): PanelBody {
	const { title, description, target, columns, sortBy } = props;
	const labels = Object.keys(columns);
	return {
		type: "table",
		title,
		description,
		datasource: DATASOURCE,
		targets: lettered([{ ...target, format: "table" }]),
		fieldConfig: {
			defaults: { custom: { filterable: true } },
			overrides: [],
		},
		transformations: [
			{
				id: "filterFieldsByName",
				options: { include: { names: labels } },
			},
			{
				id: "organize",
				options: {
					excludeByName: {},
					indexByName: Object.fromEntries(labels.map((label, i) => [label, i])),
					renameByName: columns,
				},
			},
		],
		options: {
			frameIndex: 0,
			showHeader: true,
			cellHeight: "sm",
			sortBy: [{ displayName: columns[sortBy] ?? sortBy, desc: true }],
		} satisfies Json<Options>,
	};
}
