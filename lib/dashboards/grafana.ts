import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";

/**
 * The JSON of one of the foundation SDK's types: its string enums as their values, nothing to be changed. Only the SDK's
 * types are used: its builders load 229 modules, which takes longer than the rest of a synth.
 */
export type Json<T> = T extends string
	? `${T}`
	: T extends readonly (infer E)[]
		? readonly Json<E>[]
		: T extends object
			? { readonly [K in keyof T as DataKey<T, K>]: Json<T[K]> }
			: T;

/** The SDK marks its queries by a method, which is no JSON. */
type DataKey<T, K extends keyof T> = T[K] extends (...args: never) => unknown
	? never
	: K;

export type Dashboard = Json<Omit<dashboard.Dashboard, "panels">> & {
	readonly panels: readonly Panel[];
};
export type FieldConfig = Json<dashboard.FieldConfig>;
export type Variable = Json<dashboard.VariableModel>;
export type Target = Json<prometheus.Dataquery>;

/** A panel with the queries of a Prometheus data source. */
export interface Panel
	extends Json<Omit<dashboard.Panel, "targets" | "options">> {
	readonly targets: readonly Target[];
	readonly options: object;
}

/** A panel before the layout gives it its number and its place. */
export type PanelBody = Omit<Panel, "id" | "gridPos">;

/** The data source that the viewer chose; every panel and query names it. */
export const DATASOURCE = {
	type: "prometheus",
	uid: `\${datasource}`,
} as const;
