import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon, type DaemonOptions } from "./daemon";

/**
 * The programs and files of one test file: a temporary folder, the daemons started in it, and tests that show the end
 * of the daemons' logs when they fail. After the last test everything is stopped; the folder stays only on failure.
 */
export class Lab {
	#folder: string | undefined;
	readonly #daemons: Daemon[] = [];
	readonly #closers: (() => Promise<unknown>)[] = [];
	#failed = false;

	constructor() {
		afterAll(async () => {
			for (const close of this.#closers.reverse()) await close();
			for (const daemon of this.#daemons.reverse()) await daemon.stop();
			if (this.#failed)
				process.stderr.write(`logs are kept in ${this.folder}\n`);
			else rmSync(this.folder, { recursive: true, force: true });
		}, 30_000);
	}

	/** Made when first asked for: a suite that is skipped leaves nothing behind. */
	get folder(): string {
		this.#folder ??= mkdtempSync(join(tmpdir(), "registry-guard-"));
		return this.#folder;
	}

	async start(options: Omit<DaemonOptions, "folder">): Promise<Daemon> {
		const daemon = await Daemon.start({ ...options, folder: this.folder });
		this.#daemons.push(daemon);
		return daemon;
	}

	/** Runs before the daemons are stopped, whatever happened. */
	onClose(close: () => Promise<unknown>): void {
		this.#closers.push(close);
	}

	/** `test`, with the logs in the message of a failure. `seconds` is its time limit. */
	test(name: string, run: () => Promise<void>, seconds = 120): void {
		test(
			name,
			async () => {
				try {
					await run();
				} catch (error) {
					this.#failed = true;
					// a daemon that was started again writes on in the same file
					const logs = new Set(
						this.#daemons.map(
							(daemon) => `--- ${daemon.name}\n${daemon.logTail(8)}`,
						),
					);
					if (error instanceof Error)
						error.message += `\n${[...logs].join("\n")}`;
					throw error;
				}
			},
			seconds * 1000,
		);
	}

	/** `beforeAll`, with the time limit in seconds. */
	before(run: () => Promise<void>, seconds = 120): void {
		beforeAll(async () => {
			this.#failed = true;
			await run();
			this.#failed = false;
		}, seconds * 1000);
	}
}
