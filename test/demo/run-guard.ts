import { spawn } from "node:child_process";

export interface GuardRun {
	readonly code: number | null;
	/** stdout and stderr as they came. */
	readonly text: string;
}

/** Starts the bundled guard as a user would, with an environment of its own, and waits for its end. */
export function runGuard(
	guard: string,
	args: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<GuardRun> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [guard, ...args], {
			env,
			stdio: ["ignore", "pipe", "pipe"],
		});
		const chunks: Buffer[] = [];
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (chunk: Buffer) => chunks.push(chunk));
		child.on("error", reject);
		child.on("close", (code) =>
			resolve({ code, text: Buffer.concat(chunks).toString() }),
		);
	});
}
