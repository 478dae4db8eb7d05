import type { Daemon } from "./daemon";
import { freePort } from "./free-port";
import type { Lab } from "./lab";

/** One series as the Pushgateway holds it. */
export interface Series {
	readonly name: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
}

interface Group {
	readonly labels: Readonly<Record<string, string>>;
	readonly [family: string]: unknown;
}

/** A real Pushgateway on loopback; it keeps everything in memory. */
export class Pushgateway {
	readonly origin: string;
	readonly host: string;
	readonly #lab: Lab;
	readonly #program: string;
	#daemon: Daemon | undefined;

	private constructor(lab: Lab, program: string, port: number) {
		this.#lab = lab;
		this.#program = program;
		this.host = `127.0.0.1:${port}`;
		this.origin = `http://${this.host}`;
	}

	static async start(lab: Lab, program: string): Promise<Pushgateway> {
		const gateway = new Pushgateway(lab, program, await freePort());
		await gateway.start();
		return gateway;
	}

	async start(): Promise<void> {
		this.#daemon = await this.#lab.start({
			name: "pushgateway",
			command: this.#program,
			// Debian's build keeps its state in /var/lib unless told not to
			args: [`--web.listen-address=${this.host}`, "--persistence.file="],
			ready: async () => (await fetch(`${this.origin}/-/ready`)).ok,
		});
	}

	async stop(): Promise<void> {
		await this.#daemon?.stop();
	}

	/** The grouping labels of every group. */
	async groups(): Promise<readonly Readonly<Record<string, string>>[]> {
		return (await this.#groups()).map(({ labels }) => labels);
	}

	/** Every series that was pushed. */
	async series(): Promise<readonly Series[]> {
		return (await this.#groups()).flatMap((group) =>
			Object.entries(group)
				.filter(([, family]) => isFamily(family))
				.flatMap(([name, family]) =>
					(family as Family).metrics.map(({ labels, value }) => ({
						name,
						labels: labels ?? {},
						value: Number(value),
					})),
				),
		);
	}

	/** Value of the one series of that name whose labels include these; undefined where there is none. */
	async value(
		name: string,
		labels: Readonly<Record<string, string>> = {},
	): Promise<number | undefined> {
		const fits = (await this.series()).filter(
			(series) =>
				series.name === name &&
				Object.entries(labels).every(
					([label, value]) => series.labels[label] === value,
				),
		);
		if (fits.length > 1)
			throw new Error(`${name}: ${fits.length} series, wanted one`);
		return fits[0]?.value;
	}

	async #groups(): Promise<readonly Group[]> {
		const answer = await fetch(`${this.origin}/api/v1/metrics`);
		return ((await answer.json()) as { data: Group[] }).data;
	}
}

interface Family {
	readonly metrics: readonly {
		readonly labels?: Record<string, string>;
		readonly value: string;
	}[];
}

function isFamily(value: unknown): value is Family {
	return typeof value === "object" && value !== null && "metrics" in value;
}
