import type { MetricsTarget, Registry } from "../registry";
import { CACHE_FAMILIES } from "./cache-families";
import { renderDuration } from "./duration";
import type { AlertBody } from "./probe-alerts";
import { metricsJob } from "./scrape-configs";
import type { Thresholds } from "./thresholds";

const BY = "by (job, instance)";

/** The alerts on what a registry's own /metrics says; none for a registry without a metrics target. */
export function metricsAlerts(
	registry: Registry,
	thresholds: Thresholds,
): AlertBody[] {
	const { metrics } = registry;
	if (metrics === undefined) return [];
	const selector = metricsSelector(registry);
	return [
		{
			alert: "DockerRegistryDown",
			expr: `max ${BY} (up{${selector}}) == 0\nor\nabsent(up{${selector}})`,
			for: thresholds.downFor,
			summary:
				"{{ $labels.instance }}: the registry does not answer Prometheus",
			description: `Prometheus cannot scrape http://${metrics.target}/metrics, or has no such target: the registry's process or its VM is down, or the debug port is closed.`,
		},
		{
			alert: "RegistryLowCacheHitRate",
			expr: hitRate(metrics, selector, thresholds),
			for: thresholds.hitFor,
			summary:
				"{{ $labels.instance }}: cache hit rate {{ $value | humanizePercentage }}",
			description:
				"For hours most requests have missed the cache: it was emptied, it expires too soon, or it does not serve what is asked for.",
		},
	];
}

/** Label matchers of every series that is scraped from the registry itself. */
export function metricsSelector(registry: Registry): string {
	return `job=${JSON.stringify(metricsJob(registry))},instance=${JSON.stringify(registry.instance)}`;
}

function hitRate(
	{ distribution }: MetricsTarget,
	selector: string,
	{ hitWindow, hitRatio }: Thresholds,
): string {
	const rate = (family: "hits" | "requests") => {
		const { name, labels } = CACHE_FAMILIES[distribution][family];
		const matchers = [selector, labels].filter(Boolean).join(",");
		return `sum ${BY} (rate(${name}{${matchers}}[${renderDuration(hitWindow)}]))`;
	};
	const hits = rate("hits");
	const requests = rate("requests");
	// without requests it is 0 / 0, which is no number and never less than anything
	return `(\n  ${hits}\n  or\n  0 * ${requests}\n)\n/\n${requests}\n< ${hitRatio}`;
}
