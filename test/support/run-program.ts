import { spawn } from "node:child_process";

/** How a program ended. */
export interface Finished {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** Seconds. */
	readonly took: number;
}

/** Runs a program to its end in an environment of PATH and what is given. */
export function runProgram(
	program: string,
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
	const started = Date.now();
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			env: { PATH: process.env.PATH, ...env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		const output = { stdout: "", stderr: "" };
		for (const stream of ["stdout", "stderr"] as const)
			child[stream].setEncoding("utf8").on("data", (text: string) => {
				output[stream] += text;
			});
		child.once("error", reject);
		child.once("close", (code) =>
			resolve({ code, ...output, took: (Date.now() - started) / 1000 }),
		);
	});
}
