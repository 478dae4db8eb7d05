import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface DaemonOptions {
	/** Names the log file and the errors. */
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	/** Folder of the log file. */
	readonly folder: string;
	/** Whether it serves yet; asked again until it does. May throw. */
	readonly ready: () => Promise<boolean>;
	/** Milliseconds. @default 20000 */
	readonly patience?: number;
}

const running = new Set<ChildProcess>();
process.on("exit", () => {
	for (const child of running) child.kill("SIGKILL");
});

/** A real program that runs in the background, its output in a file. */
export class Daemon {
	readonly name: string;
	readonly logFile: string;
	readonly #child: ChildProcess;
	readonly #gone: Promise<void>;

	private constructor(options: DaemonOptions) {
		this.name = options.name;
		this.logFile = join(options.folder, `${options.name}.log`);
		const log = openSync(this.logFile, "a");
		this.#child = spawn(options.command, options.args, {
			stdio: ["ignore", log, log],
			env: { PATH: process.env.PATH, ...options.env },
		});
		closeSync(log);
		running.add(this.#child);
		this.#gone = new Promise((resolve) => {
			const over = () => {
				running.delete(this.#child);
				resolve();
			};
			this.#child.once("exit", over);
			this.#child.once("error", over);
		});
	}

	/**
	 * Starts the program and waits until it serves.
	 *
	 * @throws Error with the end of its log when it ends or does not serve in time.
	 */
	static async start(options: DaemonOptions): Promise<Daemon> {
		const daemon = new Daemon(options);
		const until = Date.now() + (options.patience ?? 20_000);
		while (!(await options.ready().catch(() => false))) {
			if (!daemon.alive || Date.now() > until) {
				const why = daemon.alive ? "does not serve" : "ended";
				await daemon.stop();
				throw new Error(`${options.name} ${why}:\n${daemon.logTail()}`);
			}
			await sleep(25);
		}
		return daemon;
	}

	get alive(): boolean {
		return running.has(this.#child);
	}

	/** Ends it, by its own pid, and waits until it is gone. */
	async stop(): Promise<void> {
		if (!this.alive) return;
		this.#child.kill("SIGCONT");
		this.#child.kill("SIGTERM");
		const insist = setTimeout(() => this.#child.kill("SIGKILL"), 3_000);
		await this.#gone;
		clearTimeout(insist);
	}

	/** Leaves its port open and its connections hanging. */
	pause(): void {
		this.#child.kill("SIGSTOP");
	}

	resume(): void {
		this.#child.kill("SIGCONT");
	}

	logTail(lines = 20): string {
		return readFileSync(this.logFile, "utf8")
			.trimEnd()
			.split("\n")
			.slice(-lines)
			.map((line) => line.slice(0, 300))
			.join("\n");
	}
}
