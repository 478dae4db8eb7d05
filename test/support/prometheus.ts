import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port";
import type { Lab } from "./lab";

export interface PrometheusOptions {
	readonly program: string;
	/** Entries of `scrape_configs`. */
	readonly scrapeConfigs: readonly unknown[];
	/** Text of the rule file. */
	readonly rules: string;
	/** `host:port` of an Alertmanager. */
	readonly alertmanager?: string;
}

/** An alert as Prometheus sees it. */
export interface PrometheusAlert {
	readonly state: "pending" | "firing";
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
}

/** A real Prometheus on loopback that scrapes and evaluates every second. */
export class Prometheus {
	readonly origin: string;

	private constructor(origin: string) {
		this.origin = origin;
	}

	static async start(
		lab: Lab,
		options: PrometheusOptions,
	): Promise<Prometheus> {
		const host = `127.0.0.1:${await freePort()}`;
		const prometheus = new Prometheus(`http://${host}`);
		const folder = join(lab.folder, "prometheus");
		mkdirSync(folder, { recursive: true });
		writeFileSync(join(folder, "rules.yml"), options.rules);
		writeFileSync(
			join(folder, "prometheus.yml"),
			JSON.stringify({
				global: { scrape_interval: "1s", evaluation_interval: "1s" },
				rule_files: ["rules.yml"],
				scrape_configs: options.scrapeConfigs,
				...(options.alertmanager && {
					alerting: {
						alertmanagers: [
							{ static_configs: [{ targets: [options.alertmanager] }] },
						],
					},
				}),
			}),
		);
		await lab.start({
			name: "prometheus",
			command: options.program,
			args: [
				`--config.file=${join(folder, "prometheus.yml")}`,
				`--storage.tsdb.path=${join(folder, "data")}`,
				`--web.listen-address=${host}`,
			],
			ready: async () => (await fetch(`${prometheus.origin}/-/ready`)).ok,
		});
		return prometheus;
	}

	async alerts(): Promise<readonly PrometheusAlert[]> {
		const { alerts } = await this.#get<{ alerts: PrometheusAlert[] }>("alerts");
		return alerts;
	}

	/** Names of the alerts that fire, sorted, each once. */
	async firing(): Promise<string[]> {
		const names = (await this.alerts())
			.filter(({ state }) => state === "firing")
			.map(({ labels }) => labels.alertname ?? "");
		return [...new Set(names)].sort();
	}

	/** Instant query: a value per label set. */
	async query(
		expression: string,
	): Promise<readonly { labels: Record<string, string>; value: number }[]> {
		const { result } = await this.#get<{
			result: { metric: Record<string, string>; value: [number, string] }[];
		}>(`query?query=${encodeURIComponent(expression)}`);
		return result.map(({ metric, value }) => ({
			labels: metric,
			value: Number(value[1]),
		}));
	}

	async #get<T>(path: string): Promise<T> {
		const answer = await fetch(`${this.origin}/api/v1/${path}`);
		const body = (await answer.json()) as { data: T; error?: string };
		if (!answer.ok) throw new Error(`prometheus: ${path}: ${body.error}`);
		return body.data;
	}
}
