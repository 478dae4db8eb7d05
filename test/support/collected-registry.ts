import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GC_METRICS } from "../../lib/guard/contract";
import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import { hostScripts } from "../../lib/registry-host/host-scripts";
import { hostUnits } from "../../lib/registry-host/host-units";
import { registryConfigFile } from "../../lib/registry-host/registry-config";
import {
	type RegistryHost,
	registryHost,
} from "../../lib/registry-host/registry-host";
import { PASSWORD, USER } from "./distribution";
import { eventually } from "./eventually";
import { freePort } from "./free-port";
import type { Lab } from "./lab";
import { type PushTarget, send } from "./push";
import { runProgram } from "./run-program";
import { Storage } from "./storage";
import { UnitHost, type UnitRun } from "./unit-host";

const CONFIG = "\\/etc\\/docker\\/registry\\/config.yml";

/** One registry of a bundle on this machine, by its own rendered config, with the units that scan and collect it. */
export class CollectedRegistry {
	readonly model: RegistryHost;
	readonly host: UnitHost;
	readonly storage: Storage;
	readonly target: PushTarget;
	readonly #lab: Lab;
	readonly #skopeo: string;
	readonly #name: string;
	#pulled = 0;

	private constructor(
		lab: Lab,
		model: RegistryHost,
		host: UnitHost,
		target: PushTarget,
		skopeo: string,
	) {
		const [registry] = model.registries;
		if (!registry) throw new Error("a model without a registry");
		this.#lab = lab;
		this.model = model;
		this.host = host;
		this.target = target;
		this.#skopeo = skopeo;
		this.#name = registry.name;
		this.storage = new Storage(registry.data);
	}

	/** @param programs the registry, and what it takes to make a users file and to pull */
	static async install(
		lab: Lab,
		props: HostRegistryProps,
		programs: {
			readonly registry: string;
			readonly htpasswd: string;
			readonly skopeo: string;
		},
	): Promise<CollectedRegistry> {
		const port = await freePort();
		const folder = join(lab.folder, `host-${port}`);
		const base = join(folder, "opt/registry");
		const model = registryHost({
			host: "registry.lab.test",
			address: "127.0.0.1",
			base,
			textfileFolder: join(folder, "textfile"),
			registries: [
				{
					...props,
					listen: `127.0.0.1:${port}`,
					storage: `${base}/data/${props.name}`,
				},
			],
		});
		const [registry] = model.registries;
		if (!registry) throw new Error("a model without a registry");
		const { service, configFile, htpasswd } = registry;
		const inside = configFile.replaceAll("/", "\\/");
		// 3.x sends traces to localhost:4318 unless told not to
		const start = `export OTEL_TRACES_EXPORTER=none; exec ${programs.registry}`;
		const host = new UnitHost(folder, [service], {
			[service]: `${start} serve ${configFile}`,
			[`${service}.run`]: `${start} "\${@/${CONFIG}/${inside}}"`,
		});
		lab.onClose(async () => host.stop(service));
		host.write(
			[
				...hostUnits(model),
				...hostScripts(model),
				registryConfigFile(registry),
			],
			model.guardFile,
		);
		if (htpasswd) {
			mkdirSync(join(base, "secrets"));
			writeFileSync(
				join(base, `secrets/${props.name}-guard.env`),
				`REG_USER=${USER}\nREG_PASS=${PASSWORD}\n`,
			);
			execFileSync(
				programs.htpasswd,
				["-cbB", "-C", "5", htpasswd, USER, PASSWORD],
				{ stdio: "ignore" },
			);
		}
		const target = {
			origin: `http://127.0.0.1:${port}`,
			...(htpasswd && { user: USER, password: PASSWORD }),
		};
		return new CollectedRegistry(lab, model, host, target, programs.skopeo);
	}

	/** Runs the collection's unit. */
	collect(endWhen?: RegExp, signal?: NodeJS.Signals): Promise<UnitRun> {
		const unit = `registry-gc-${this.#name}.service`;
		return this.host.runUnit(unit, endWhen, signal);
	}

	/** What lies in the textfile folder for node_exporter. */
	exposition(kind: "gc" | "scan"): string {
		const file = `registry_guard_${kind}_${this.#name}.prom`;
		return readFileSync(join(this.model.textfileFolder, file), "utf8");
	}

	metric(family: keyof typeof GC_METRICS): number | undefined {
		const { name } = GC_METRICS[family];
		const line = `^${name}\\{registry="${this.#name}".*\\} (\\S+)$`;
		const found = new RegExp(line, "m").exec(this.exposition("gc"));
		return found ? Number(found[1]) : undefined;
	}

	/** Where the last collection failed. */
	failedStep(): string | undefined {
		const series = /failed_step_info\{registry=".*",step="([a-z-]+)"\} 1/;
		return series.exec(this.exposition("gc"))?.[1];
	}

	/** Waits until it answers. */
	async serves(): Promise<void> {
		await eventually(
			"the registry serves",
			() =>
				send(this.target, "GET", "/v2/").then(
					({ status }) => status,
					() => 0,
				),
			(status) => status === 200,
		);
	}

	/** Whether an image can be pulled whole, by the program that people pull with. */
	async pulls(reference: string, ...flags: string[]): Promise<boolean> {
		const { origin, user, password } = this.target;
		const { code } = await runProgram(
			this.#skopeo,
			[
				...["copy", "--quiet", "--insecure-policy", "--src-tls-verify=false"],
				...(user ? ["--src-creds", `${user}:${password}`] : []),
				...(flags.length > 0 ? flags : ["--all"]),
				`docker://${new URL(origin).host}/${reference}`,
				`dir:${join(this.#lab.folder, `pulled-${this.#name}-${this.#pulled++}`)}`,
			],
			{ HOME: this.#lab.folder },
		);
		return code === 0;
	}

	/** Those that cannot be pulled whole. */
	async broken(references: readonly string[]): Promise<readonly string[]> {
		const broken: string[] = [];
		for (const reference of references)
			if (!(await this.pulls(reference))) broken.push(reference);
		return broken;
	}

	/** From now on the real run is another one, until the function that comes back is called. */
	replaceRun(command: string): () => void {
		const script = this.host.path(
			`vm-state/services/registry-${this.#name}.run`,
		);
		const honest = readFileSync(script, "utf8");
		writeFileSync(
			script,
			honest.replace(
				"export",
				`case "$*" in *--dry-run*) ;; *) set -- ${command} ;; esac\nexport`,
			),
		);
		return () => writeFileSync(script, honest);
	}
}
