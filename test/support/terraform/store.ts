import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Secrets of the kv v2 engine: `<mount>/<path>` to keys. */
export type Vault = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What was applied: `<type> <namespace>/<name>`. */
export type Cluster = Record<string, StoredObject>;

export interface StoredObject {
	/** MessagePack of the Terraform state, base64. */
	readonly state: string;
	/** The arguments as plain JSON, with what was written by write-only ones. */
	readonly arguments: unknown;
}

/**
 * The folder that the stand-in has instead of a cluster and a Vault: a file each, because each provider is a process of
 * its own and only that of the cluster writes.
 */
export class Store {
	readonly #vault: string;
	readonly #cluster: string;

	constructor(folder: string) {
		this.#vault = join(folder, "vault.json");
		this.#cluster = join(folder, "cluster.json");
	}

	get vault(): Vault {
		return read(this.#vault);
	}
	set vault(vault: Vault) {
		write(this.#vault, vault);
	}
	get cluster(): Cluster {
		return read(this.#cluster);
	}
	set cluster(cluster: Cluster) {
		write(this.#cluster, cluster);
	}
}

function read<T extends object>(path: string): T {
	return existsSync(path)
		? (JSON.parse(readFileSync(path, "utf8")) as T)
		: ({} as T);
}

function write(path: string, value: object): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, JSON.stringify(value));
}
