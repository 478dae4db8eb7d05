import { run } from "../../lib/guard/cli";
import type { Io } from "../../lib/guard/io";

export interface CliRun {
	readonly code: number;
	readonly out: string;
	readonly err: string;
	/** Files that were written. */
	readonly files: ReadonlyMap<string, string>;
}

/** Runs a command line in this process, with nothing in its environment but what is given. */
export async function runCli(
	argv: readonly string[],
	env: Readonly<Record<string, string>> = {},
	io: Partial<Io> = {},
): Promise<CliRun> {
	const files = new Map<string, string>();
	let out = "";
	let err = "";
	const code = await run(argv, {
		version: "1.2.3",
		env,
		now: Date.now,
		readFile: (path) => {
			throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
		},
		writeFile: (path, text) => void files.set(path, text),
		removeFile: (path) => void files.delete(path),
		out: (text) => {
			out += text;
		},
		log: (line) => {
			err += `${line}\n`;
		},
		progress: undefined,
		killGroup: () => {
			throw new Error("no process group here");
		},
		startThread: undefined,
		stop: new AbortController().signal,
		...io,
	});
	return { code, out, err, files };
}
