import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Visits } from "./make-believe-registry";
import { buildProgram } from "./program";

export interface MakeBelieve {
	readonly origin: string;
	/** What was asked since the last call. */
	takeVisits(): Promise<Visits>;
	close(): Promise<void>;
}

/** Starts a make-believe registry of so many repositories in a process of its own. */
export async function startMakeBelieve(size: number): Promise<MakeBelieve> {
	const program = await buildProgram("bench/serve-make-believe.ts");
	const child: ChildProcess = fork(program, [String(size)]);
	const heard = async () => (await once(child, "message"))[0];
	const port = (await heard()) as number;
	return {
		origin: `http://127.0.0.1:${port}`,
		takeVisits: () => {
			const answer = heard();
			child.send("visits");
			return answer as Promise<Visits>;
		},
		close: async () => {
			const gone = once(child, "exit");
			child.disconnect();
			await gone;
		},
	};
}
