import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Finished, runProgram } from "./run-program";

type Json = Record<string, unknown>;
type Resources = Record<string, Record<string, Json>>;

interface Container {
	readonly command: readonly string[];
	readonly env: readonly {
		readonly name: string;
		readonly value?: string;
		readonly value_from?: {
			readonly secret_key_ref: { readonly name: string; readonly key: string };
		};
	}[];
	readonly volume_mount: readonly {
		readonly name: string;
		readonly mount_path: string;
	}[];
}

interface PodSpec {
	readonly container: readonly [Container];
	readonly host_aliases?: readonly {
		readonly ip: string;
		readonly hostnames: readonly string[];
	}[];
	readonly volume: readonly {
		readonly name: string;
		readonly config_map: { readonly name: string };
	}[];
}

interface JobSpec {
	readonly completions?: number;
	readonly template: { readonly spec: PodSpec };
}

/** What Vault would hold: path below the mount to its keys. */
export type VaultContent = Readonly<
	Record<string, Readonly<Record<string, string>>>
>;

/**
 * A CronJob of a synthesized stack, run as Kubernetes would run it: its command, its environment with the Secret's
 * keys, its ConfigMap mounted. What stands in: a folder for the mount path, a preloaded name table for hostAliases, and
 * `vault` for what Terraform would read there.
 */
export class CronJob {
	readonly #resources: Resources;
	readonly #blocks: Json;
	readonly #job: JobSpec;
	readonly #vault: VaultContent;

	/** @param json Terraform JSON of a stack (`cdk.tf.json`, `Testing.synth`) */
	constructor(json: string, name: string, vault: VaultContent) {
		this.#blocks = JSON.parse(json);
		this.#resources = this.#blocks.resource as Resources;
		this.#vault = vault;
		const spec = this.#find("kubernetes_cron_job_v1", name).spec as {
			job_template: { spec: JobSpec };
		};
		this.#job = spec.job_template.spec;
	}

	/** One run: a process for each completion index, all at once; answers in the order of the indexes. */
	async run(
		folder: string,
		only?: readonly number[],
	): Promise<readonly Finished[]> {
		const { completions = 1, template } = this.#job;
		const indexes = Array.from({ length: completions }, (_, i) => i);
		const mounts = this.#mount(template.spec, folder);
		return Promise.all(
			indexes
				.filter((index) => only === undefined || only.includes(index))
				.map((index) => this.#start(template.spec, mounts, index)),
		);
	}

	#start(
		pod: PodSpec,
		mounts: ReadonlyMap<string, string>,
		index: number,
	): Promise<Finished> {
		const [{ command, env }] = pod.container;
		const inside = (text: string) =>
			[...mounts].reduce(
				(path, [mount, folder]) =>
					path.startsWith(`${mount}/`)
						? folder + path.slice(mount.length)
						: path,
				text,
			);
		const aliases = Object.fromEntries(
			(pod.host_aliases ?? []).flatMap(({ ip, hostnames }) =>
				hostnames.map((name) => [name, ip]),
			),
		);
		const [program = "", ...args] = command.map(inside);
		return runProgram(program, args, {
			...Object.fromEntries(
				env.map((variable) => [variable.name, inside(this.#valueOf(variable))]),
			),
			...(this.#job.completions && { JOB_COMPLETION_INDEX: String(index) }),
			NODE_OPTIONS: `--require ${join(__dirname, "hosts-file.cjs")}`,
			HOST_ALIASES: JSON.stringify(aliases),
		});
	}

	/** Writes the ConfigMaps out; mount path to folder. */
	#mount(pod: PodSpec, folder: string): Map<string, string> {
		return new Map(
			pod.container[0].volume_mount.map(({ name, mount_path }) => {
				const volume = pod.volume.find((each) => each.name === name);
				const { data } = this.#find(
					"kubernetes_config_map_v1",
					this.#resolve(volume?.config_map.name ?? ""),
				);
				const target = join(folder, mount_path);
				mkdirSync(target, { recursive: true });
				for (const [file, text] of Object.entries(
					data as Record<string, string>,
				))
					writeFileSync(join(target, file), this.#resolve(text));
				return [mount_path, target] as const;
			}),
		);
	}

	#valueOf({ value, value_from }: Container["env"][number]): string {
		if (value_from === undefined) return this.#resolve(value ?? "");
		const { name, key } = value_from.secret_key_ref;
		const secret = this.#find("kubernetes_secret_v1", this.#resolve(name));
		const data = secret.data_wo as Record<string, string>;
		return this.#resolve(data[key] ?? "");
	}

	/** What Terraform would make of a template: references it knows, and `$${` for a literal. */
	#resolve(template: string): string {
		return template.replace(
			/([$%])\1\{|\$\{(\w+)\.([\w-]+)\.metadata\[0\]\.name\}|\$\{ephemeral\.vault_kv_secret_v2\.([\w-]+)\.data\["(\w+)"\]\}/g,
			(_, doubled, type, id, secret, key) => {
				if (doubled) return `${doubled}{`;
				if (type) return metadata(this.#resources[type]?.[id]).name;
				const blocks = this.#blocks.ephemeral as Resources;
				const path = blocks.vault_kv_secret_v2?.[secret]?.name as string;
				const value = this.#vault[path]?.[key];
				if (value === undefined) throw new Error(`vault: no ${path} ${key}`);
				return value;
			},
		);
	}

	#find(type: string, name: string): Json {
		const found = Object.values(this.#resources[type] ?? {}).find(
			(resource) => this.#resolve(metadata(resource).name) === name,
		);
		if (!found) throw new Error(`no ${type} ${name} in the stack`);
		return found;
	}
}

function metadata(resource: Json | undefined): { name: string } {
	return (resource as { metadata: { name: string } }).metadata;
}
