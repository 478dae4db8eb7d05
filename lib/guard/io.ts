import type { Environment, ReadFile } from "./inputs";
import type { StartThread } from "./scan/scan-thread";

/** Everything a command may touch of the process it runs in; `main.ts` alone makes the real one. */
export interface Io {
	readonly version: string;
	readonly env: Environment;
	/** Milliseconds since the epoch. */
	now(): number;
	readonly readFile: ReadFile;
	/** Replaces a file with the text, all or nothing, `isForAll` to read; throws what node:fs throws. */
	writeFile(path: string, text: string, isForAll?: boolean): void;
	/** Removes a file; that there is none is no failure. Throws what node:fs throws. */
	removeFile(path: string): void;
	/** The result. */
	out(text: string): void;
	/** Logs, a line each. */
	log(line: string): void;
	/** Replaces the progress line; undefined where stderr is no terminal. */
	readonly progress: ((line: string) => void) | undefined;
	/** Sends a signal to a process group, one that is gone or not; nothing else may do that. */
	killGroup(leader: number, signal: "SIGINT" | "SIGKILL"): void;
	/** For a scan; undefined where there is one processor. */
	readonly startThread: StartThread | undefined;
	/** Aborts when the process is told to end (SIGTERM, SIGINT). */
	readonly stop: AbortSignal;
}
