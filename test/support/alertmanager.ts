import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "./free-port";
import type { Lab } from "./lab";

export interface AlertmanagerAlert {
	readonly labels: Readonly<Record<string, string>>;
	readonly status: {
		readonly state: "unprocessed" | "active" | "suppressed";
		readonly inhibitedBy: readonly string[];
	};
}

/** A real Alertmanager on loopback that sends nothing anywhere. */
export class Alertmanager {
	readonly host: string;

	private constructor(host: string) {
		this.host = host;
	}

	/** @param inhibitRules entries of `inhibit_rules` */
	static async start(
		lab: Lab,
		program: string,
		inhibitRules: readonly unknown[],
	): Promise<Alertmanager> {
		const manager = new Alertmanager(`127.0.0.1:${await freePort()}`);
		const config = join(lab.folder, "alertmanager.yml");
		writeFileSync(
			config,
			JSON.stringify({
				route: { receiver: "nobody" },
				receivers: [{ name: "nobody" }],
				inhibit_rules: inhibitRules,
			}),
		);
		await lab.start({
			name: "alertmanager",
			command: program,
			args: [
				`--config.file=${config}`,
				`--storage.path=${join(lab.folder, "alertmanager")}`,
				`--web.listen-address=${manager.host}`,
				"--cluster.listen-address=",
			],
			ready: async () => (await fetch(`http://${manager.host}/-/ready`)).ok,
		});
		return manager;
	}

	async alerts(): Promise<readonly AlertmanagerAlert[]> {
		const answer = await fetch(`http://${this.host}/api/v2/alerts`);
		return (await answer.json()) as AlertmanagerAlert[];
	}

	/** Names of the alerts that somebody would be told of, sorted, each once. */
	async active(): Promise<string[]> {
		const names = (await this.alerts())
			.filter(({ status }) => status.state === "active")
			.map(({ labels }) => labels.alertname ?? "");
		return [...new Set(names)].sort();
	}
}
