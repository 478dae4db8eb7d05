import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { StartThread } from "./scan-thread";

/**
 * How to start a program once more as a thread; undefined where there is no processor for it.
 *
 * @param program its file, which sees that it is not the main thread
 */
export function threadsOf(program: string): StartThread | undefined {
	if (availableParallelism() < 2) return undefined;
	return (workerData, receive) =>
		new Promise((settle, reject) => {
			// the flags of the process are not for a thread: some are refused, a debugger's port is taken
			new Worker(program, { workerData, execArgv: [] })
				.on("message", receive)
				.on("error", reject)
				.on("exit", () => settle());
		});
}
