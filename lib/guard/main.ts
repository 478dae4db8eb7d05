/**
 * The guard as a process: the only file of the room that reads `process`. `--version` answers before anything else is
 * evaluated.
 */
import { readFileSync, rmSync, writeSync } from "node:fs";
import type { Io } from "./io";

/** Put in by the bundler. */
declare const GUARD_VERSION: string | undefined;

/** Connections that a server holds open must not hold the process: milliseconds after the result. */
const LINGER = 1000;

const version = typeof GUARD_VERSION === "string" ? GUARD_VERSION : "unbundled";
const argv = process.argv.slice(2);

// not process.stdout: on a pipe it loads node's sockets and streams, a tenth of the time that the answer takes
if (argv[0] === "--version") writeSync(1, `${version}\n`);
else void start();

async function start(): Promise<void> {
	// loaded here and not above: the bundler makes it lazy
	const { isMainThread, parentPort, workerData } =
		require("node:worker_threads") as typeof import("node:worker_threads");
	if (!isMainThread) {
		const { scanThread } =
			require("./scan/scan-thread") as typeof import("./scan/scan-thread");
		return scanThread(workerData, (look) => parentPort?.postMessage(look));
	}
	const { run } = require("./cli") as typeof import("./cli");
	const { EXIT } = require("./contract") as typeof import("./contract");
	const { threadsOf } =
		require("./scan/threads-of") as typeof import("./scan/threads-of");
	const { writeAtomically } =
		require("./write-atomically") as typeof import("./write-atomically");
	// a reader that has gone (`| head`) is no failure of the look
	for (const stream of [process.stdout, process.stderr])
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "EPIPE") throw error;
		});
	// node's own exit code for it is 1, which says that something is broken
	process.on("uncaughtException", (error) => {
		process.stderr.write(`guard: internal error: ${error.stack}\n`);
		process.exit(EXIT.couldNotLook);
	});
	const isTerminal = process.stderr.isTTY === true;
	const clear = isTerminal ? "\r\x1b[K" : "";
	const stop = new AbortController();
	// once: the second signal ends the process at once
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.once(signal, () => stop.abort());
	const io: Io = {
		version,
		env: process.env,
		now: Date.now,
		readFile: (path) => readFileSync(path, "utf8"),
		writeFile: writeAtomically,
		removeFile: (path) => rmSync(path, { force: true }),
		out: (text) => void process.stdout.write(text),
		log: (line) => void process.stderr.write(`${clear}guard: ${line}\n`),
		progress: isTerminal
			? (line) => void process.stderr.write(`${clear}${line}`)
			: undefined,
		killGroup: (leader, signal) => {
			try {
				process.kill(-leader, signal);
			} catch {
				// it has ended
			}
		},
		startThread: threadsOf(process.argv[1] ?? ""),
		stop: stop.signal,
	};
	process.exitCode = await run(argv, io);
	setTimeout(() => process.exit(), LINGER).unref();
}
