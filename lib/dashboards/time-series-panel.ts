import type {
	FieldConfig,
	Options,
} from "@grafana/grafana-foundation-sdk/timeseries";
import { DATASOURCE, type Json, type PanelBody, type Target } from "./grafana";
import { lettered } from "./query";

export interface TimeSeriesPanelProps {
	readonly title: string;
	readonly description: string;
	readonly targets: readonly Target[];
	readonly unit?: string;
	readonly min?: number;
	readonly max?: number;
	/** @default false */
	readonly isStacked?: boolean;
}

/** Lines over time; a value holds until the next run, so they are steps. */
export function timeSeriesPanel(props: TimeSeriesPanelProps): PanelBody {
	const { title, description, targets, unit, min, max } = props;
	const { isStacked = false } = props;
	return {
		type: "timeseries",
		title,
		description,
		datasource: DATASOURCE,
		targets: lettered(targets),
		fieldConfig: {
			defaults: {
				...(unit && { unit }),
				...(min !== undefined && { min }),
				...(max !== undefined && { max }),
				custom: {
					drawStyle: "line",
					lineInterpolation: "stepAfter",
					lineWidth: 1,
					fillOpacity: isStacked ? 30 : 5,
					showPoints: "never",
					stacking: { mode: isStacked ? "normal" : "none", group: "A" },
				} satisfies Json<FieldConfig>,
			},
			overrides: [],
		},
		options: {
			legend: {
				displayMode: "list",
				placement: "bottom",
				showLegend: true,
				calcs: [],
			},
			tooltip: { mode: "multi", sort: "desc" },
		} satisfies Json<Options>,
	};
}
