import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Daemon, type DaemonOptions } from "../test/support/daemon";

/** The temporary folder and the programs in the background of one benchmark. */
export class Workshop {
	readonly folder = mkdtempSync(join(tmpdir(), "registry-guard-bench-"));
	readonly #closers: (() => Promise<unknown>)[] = [];

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

/** Runs with a workshop of its own and closes it whatever happens. */
export async function inWorkshop<T>(
	work: (workshop: Workshop) => Promise<T>,
): Promise<T> {
	const workshop = new Workshop();
	try {
		return await work(workshop);
	} finally {
		await workshop.close();
	}
}
