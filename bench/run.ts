import { spawn } from "node:child_process";
import { resolve } from "node:path";

export interface Run {
	readonly code: number | null;
	/** Wall time from spawn to exit. */
	readonly seconds: number;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Measured extends Run {
	/** Peak resident set of the process. */
	readonly peakMiB: number;
	readonly cpuSeconds: number;
}

export interface RunOptions {
	/** The whole environment besides PATH and HOME, so that nothing of the caller's changes a figure. */
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
}

function environment(env: Readonly<Record<string, string>> = {}) {
	const { PATH, HOME } = process.env;
	return { ...(PATH && { PATH }), ...(HOME && { HOME }), ...env };
}

function start(
	command: string,
	args: readonly string[],
	{ env, cwd }: RunOptions,
): Promise<Run & { readonly extra: string }> {
	return new Promise((settle, reject) => {
		const begun = process.hrtime.bigint();
		const child = spawn(command, args, {
			cwd,
			env: environment(env),
			stdio: ["ignore", "pipe", "pipe", "pipe"],
		});
		let seconds = 0;
		child.on("exit", () => {
			seconds = Number(process.hrtime.bigint() - begun) / 1e9;
		});
		const texts = [1, 2, 3].map((fd) => {
			const chunks: Buffer[] = [];
			child.stdio[fd]?.on("data", (chunk: Buffer) => chunks.push(chunk));
			return () => Buffer.concat(chunks).toString();
		});
		child.on("error", reject);
		child.on("close", (code) => {
			const [stdout = "", stderr = "", extra = ""] = texts.map((t) => t());
			settle({ code, seconds, stdout, stderr, extra });
		});
	});
}

/** Runs a program to its end; an exit code is a result, not an error. */
export async function run(
	command: string,
	args: readonly string[],
	options: RunOptions = {},
): Promise<Run> {
	return start(command, args, options);
}

const WITNESS = resolve("bench/witness.cjs");

/** Runs a Node program to its end and reports its peak memory and processor time. */
export async function measure(
	script: string,
	args: readonly string[],
	options: RunOptions = {},
): Promise<Measured> {
	const done = await start(
		process.execPath,
		["--require", WITNESS, script, ...args],
		options,
	);
	if (!done.extra)
		throw new Error(
			`${script}: ended (${done.code}) without its own exit: ${done.stderr.slice(-2000)}`,
		);
	const { rss, cpu } = JSON.parse(done.extra) as { rss: number; cpu: number };
	return { ...done, peakMiB: rss / 1024, cpuSeconds: cpu / 1e6 };
}
