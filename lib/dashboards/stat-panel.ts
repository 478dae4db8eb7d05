import type { Options } from "@grafana/grafana-foundation-sdk/stat";
import {
	DATASOURCE,
	type FieldConfig,
	type Json,
	type PanelBody,
	type Target,
} from "./grafana";
import { lettered } from "./query";

export interface StatPanelProps {
	readonly title: string;
	readonly description: string;
	readonly targets: readonly Target[];
	readonly unit?: string;
	/** Colours from a value on, the first one below all. */
	readonly steps?: readonly (readonly [from: number | null, color: string])[];
	readonly mappings?: FieldConfig["mappings"];
	/** What stands there without data. */
	readonly noValue?: string;
	/** Show the series' name instead of its value. @default false */
	readonly isName?: boolean;
}

/** One number, or one name, for each series. */
export function statPanel(props: StatPanelProps): PanelBody {
	const { title, description, unit, mappings, noValue } = props;
	const { targets, steps = [[null, "text"]], isName = false } = props;
	return {
		type: "stat",
		title,
		description,
		datasource: DATASOURCE,
		targets: lettered(targets),
		fieldConfig: {
			defaults: {
				...(unit && { unit }),
				...(mappings && { mappings }),
				...(noValue && { noValue }),
				color: { mode: "thresholds" },
				thresholds: {
					mode: "absolute",
					steps: steps.map(([value, color]) => ({ value, color })),
				},
			},
			overrides: [],
		},
		options: {
			graphMode: "none",
			colorMode: "value",
			justifyMode: "auto",
			textMode: isName ? "name" : "value_and_name",
			orientation: "auto",
			wideLayout: true,
			showPercentChange: false,
			percentChangeColorMode: "standard",
			reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
		} satisfies Json<Options>,
	};
}
