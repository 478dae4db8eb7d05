import type { Registry } from "../registry";

/** A Prometheus scrape config, as data. */
export interface ScrapeConfig {
	readonly job_name: string;
	readonly honor_labels?: true;
	readonly scheme?: "https";
	readonly metrics_path?: string;
	readonly static_configs: readonly {
		readonly targets: readonly string[];
		readonly labels?: Readonly<Record<string, string>>;
	}[];
}

/** What Prometheus has to scrape. */
export interface ScrapeConfigProps {
	/** URL of the Pushgateway that the probes push to. */
	readonly pushgateway: string;
	/** Those with a metrics target are scraped too. */
	readonly registries: readonly Registry[];
}

/** Scrape job of a registry's own /metrics. */
export function metricsJob(registry: Registry): string {
	return `${registry.name}-metrics`;
}

/**
 * What Prometheus must scrape for the alerts to work: the Pushgateway with `honor_labels` (without it `instance` turns
 * into `exported_instance` and every alert is wrong), and each metrics target under the instance of its registry.
 *
 * @throws Error naming prop, what it got and what it wanted.
 */
export function scrapeConfigs(props: ScrapeConfigProps): ScrapeConfig[] {
	return [
		pushgatewayScrapeConfig(props.pushgateway),
		...props.registries.flatMap(metricsScrapeConfig),
	];
}

function pushgatewayScrapeConfig(pushgateway: string): ScrapeConfig {
	const url = URL.canParse(pushgateway) ? new URL(pushgateway) : undefined;
	if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search) {
		throw new Error(
			`pushgateway: got ${JSON.stringify(pushgateway)}, wanted a URL http://host[:port] without user and query`,
		);
	}
	const path = url.pathname.replace(/\/+$/, "");
	return {
		job_name: "pushgateway",
		honor_labels: true,
		...(url.protocol === "https:" && { scheme: "https" as const }),
		...(path !== "" && { metrics_path: `${path}/metrics` }),
		static_configs: [{ targets: [url.host] }],
	};
}

function metricsScrapeConfig(registry: Registry): ScrapeConfig[] {
	const { metrics, instance } = registry;
	if (metrics === undefined) return [];
	return [
		{
			job_name: metricsJob(registry),
			static_configs: [{ targets: [metrics.target], labels: { instance } }],
		},
	];
}
