import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Daemon } from "./daemon";
import { freePort } from "./free-port";
import type { Lab } from "./lab";
import type { PrivateCa } from "./private-ca";
import { type PushTarget, send } from "./push";
import { Storage } from "./storage";

export interface DistributionOptions {
	readonly name: string;
	/** Path of docker-registry 2.8 or registry 3.1. */
	readonly program: string;
	/** Path of htpasswd; without it the registry lets everybody in. */
	readonly htpasswd?: string;
	/** Without it: plain http. */
	readonly tls?: PrivateCa;
	/** The in-memory descriptor cache. @default true */
	readonly cache?: boolean;
}

/** Where a registry lives: the lab of a test file, or anything else that keeps a folder and daemons. */
export type Home = Pick<Lab, "folder" | "start" | "onClose">;

/** What every registry here asks for. */
export const USER = "probe";
export const PASSWORD = "s3cret-of-the-lab";

/** A real distribution registry on loopback, its storage on disk. */
export class Distribution {
	readonly origin: string;
	/** `host:port` on loopback. */
	readonly host: string;
	readonly port: number;
	readonly storage: Storage;
	readonly target: PushTarget;
	/** Folder that `storage.filesystem.rootdirectory` names. */
	readonly root: string;
	readonly #lab: Home;
	readonly #options: DistributionOptions;
	readonly #config: string;
	#daemon: Daemon | undefined;

	private constructor(lab: Home, options: DistributionOptions, port: number) {
		const { name, htpasswd, tls, cache = true } = options;
		this.#lab = lab;
		this.#options = options;
		this.port = port;
		this.host = `127.0.0.1:${port}`;
		this.origin = `${tls ? "https" : "http"}://${this.host}`;
		const folder = join(lab.folder, name);
		this.root = join(folder, "storage");
		mkdirSync(this.root, { recursive: true });
		this.storage = new Storage(this.root);
		this.#config = join(folder, "config.yml");
		const agent = new (tls ? HttpsAgent : HttpAgent)({ keepAlive: true });
		lab.onClose(async () => agent.destroy());
		this.target = {
			origin: this.origin,
			agent,
			...(htpasswd && { user: USER, password: PASSWORD }),
			...(tls && { ca: tls.ca }),
		};
		const users = join(folder, "htpasswd");
		// cost 5: each request pays one bcrypt, 2 ms of it here
		if (htpasswd)
			execFileSync(htpasswd, ["-cbB", "-C", "5", users, USER, PASSWORD], {
				stdio: "ignore",
			});
		writeFileSync(
			this.#config,
			JSON.stringify({
				version: 0.1,
				log: { level: "warn", accesslog: { disabled: true } },
				storage: {
					filesystem: { rootdirectory: this.root },
					delete: { enabled: true },
					...(cache && { cache: { blobdescriptor: "inmemory" } }),
				},
				validation: {
					manifests: { urls: { allow: ["^https://127.0.0.1:9/"] } },
				},
				...(htpasswd && { auth: { htpasswd: { realm: "lab", path: users } } }),
				http: {
					addr: this.host,
					secret: "of the lab",
					...(tls && {
						tls: { certificate: tls.certificateFile, key: tls.keyFile },
					}),
				},
			}),
		);
	}

	static async start(
		lab: Home,
		options: DistributionOptions,
	): Promise<Distribution> {
		const registry = new Distribution(lab, options, await freePort());
		await registry.start();
		return registry;
	}

	/** Starts it on its own port: its descriptor cache is cold. */
	async start(): Promise<void> {
		this.#daemon = await this.#lab.start({
			name: this.#options.name,
			command: this.#options.program,
			args: ["serve", this.#config],
			// 3.x sends traces to localhost:4318 unless told not to
			env: { OTEL_TRACES_EXPORTER: "none" },
			ready: async () =>
				(await send({ ...this.target, agent: undefined }, "GET", "/v2/"))
					.status === 200,
		});
	}

	async stop(): Promise<void> {
		await this.#daemon?.stop();
	}

	async restart(): Promise<void> {
		await this.stop();
		await this.start();
	}

	pause(): void {
		this.#daemon?.pause();
	}

	resume(): void {
		this.#daemon?.resume();
	}

	/** Runs the registry's own collection beside the running server; returns what it printed. */
	async garbageCollect(...flags: string[]): Promise<string> {
		const { stdout } = await promisify(execFile)(
			this.#options.program,
			["garbage-collect", ...flags, this.#config],
			{ maxBuffer: 64 << 20 },
		);
		return stdout;
	}
}
