import { METRICS, type MetricName } from "../guard/contract";
import { DATASOURCE, type Target } from "./grafana";

/** Series of one of the probe's metrics, of the registries that the viewer chose. */
export function series(metric: MetricName): string {
	return `${METRICS[metric].name}{instance=~"$instance"}`;
}

/** A query over the time range of the dashboard; `legend` may name labels (`{{instance}}`). */
export function overTime(expr: string, legend: string): Target {
	return {
		datasource: DATASOURCE,
		refId: "",
		expr,
		legendFormat: legend,
		range: true,
	};
}

/** A query of the present state. */
export function now(expr: string, legend: string): Target {
	return {
		datasource: DATASOURCE,
		refId: "",
		expr,
		legendFormat: legend,
		instant: true,
		range: false,
	};
}

/** Gives each query of a panel the letter that Grafana tells them apart by. */
export function lettered(targets: readonly Target[]): Target[] {
	return targets.map((target, i) => ({
		...target,
		refId: String.fromCharCode("A".charCodeAt(0) + i),
	}));
}
