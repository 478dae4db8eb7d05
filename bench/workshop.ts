import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon, type DaemonOptions } from "../test/support/daemon";

/** The temporary folder and the programs in the background of one benchmark. */
export class Workshop {
	readonly folder: string;
	readonly #closers: (() => Promise<unknown>)[] = [];

	constructor(parent: string) {
		this.folder = mkdtempSync(join(parent, "registry-guard-bench-"));
	}

	async start(options: Omit<DaemonOptions, "folder">): Promise<Daemon> {
		const daemon = await Daemon.start({ ...options, folder: this.folder });
		this.onClose(() => daemon.stop());
		return daemon;
	}

	onClose(close: () => Promise<unknown>): void {
		this.#closers.push(close);
	}

	/** Stops everything in the opposite order and removes the folder. */
	async close(): Promise<void> {
		for (const close of this.#closers.reverse()) await close();
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** Runs with a workshop of its own, below the folder for temporary files or another, and closes it whatever happens. */
export async function inWorkshop<T>(
	work: (workshop: Workshop) => Promise<T>,
	parent: string = tmpdir(),
): Promise<T> {
	const workshop = new Workshop(parent);
	// what lies on a RAM disk would stay in memory; programs in the background get the signal themselves
	const interrupted = () => {
		rmSync(workshop.folder, { recursive: true, force: true });
		process.exit(130);
	};
	const signals = ["SIGINT", "SIGTERM"] as const;
	for (const signal of signals) process.once(signal, interrupted);
	try {
		return await work(workshop);
	} finally {
		for (const signal of signals) process.off(signal, interrupted);
		await workshop.close();
	}
}
