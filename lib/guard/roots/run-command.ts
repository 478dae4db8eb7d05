import { spawn } from "node:child_process";
import { errorText } from "../error-text";
import type { Io } from "../io";

export interface Command {
	readonly words: readonly string[];
	/** Folder that it runs in. */
	readonly folder: string;
	readonly env: Io["env"];
	/** Milliseconds; then it is told to end. */
	readonly timeout: number;
	/** Bytes of stdout that are kept, the last ones. @default 65536 */
	readonly most?: number;
}

/** How a program ended. */
export interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
	/** Why it came to no end of its own, or could not be started. */
	readonly failure: string | undefined;
}

const MOST = 64 << 10;
/** Milliseconds from the polite signal to the other: Terraform ends what it is at and writes its state. */
const GRACE = 25_000;

/** The last `most` bytes of a stream. */
function tail(most: number): {
	readonly add: (chunk: Buffer) => void;
	readonly isCut: () => boolean;
	readonly text: () => string;
} {
	const chunks: Buffer[] = [];
	let size = 0;
	let isCut = false;
	return {
		add: (chunk) => {
			chunks.push(chunk);
			size += chunk.length;
			while (size - (chunks[0]?.length ?? 0) >= most) {
				size -= chunks.shift()?.length ?? 0;
				isCut = true;
			}
		},
		isCut: () => isCut,
		text: () => Buffer.concat(chunks).toString(),
	};
}

/**
 * Runs a program in a process group of its own, so that what it starts ends with it. Told to stop, or out of time, the
 * group gets SIGINT, as from a terminal (SIGTERM would end the provider plugins under Terraform's hands), then SIGKILL.
 */
export function runCommand(
	{ words, folder, env, timeout, most = MOST }: Command,
	{ stop, killGroup }: Io,
): Promise<Ran> {
	const [program = "", ...args] = words;
	const out = tail(most);
	const err = tail(MOST);
	if (stop.aborted)
		return Promise.resolve({
			code: null,
			stdout: "",
			stderr: "",
			failure: "told to stop",
		});
	return new Promise((resolve) => {
		let failure: string | undefined;
		let insist: NodeJS.Timeout | undefined;
		const child = spawn(program, args, {
			cwd: folder,
			env: { ...env },
			detached: true,
			stdio: ["ignore", "pipe", "pipe"],
		});
		const end = (why: string) => {
			if (child.pid === undefined || failure !== undefined) return;
			failure = why;
			killGroup(child.pid, "SIGINT");
			insist = setTimeout(() => killGroup(child.pid ?? 0, "SIGKILL"), GRACE);
		};
		const onStop = () => end("told to stop");
		const limit = setTimeout(
			() => end(`not done within ${timeout / 1000} s`),
			timeout,
		);
		stop.addEventListener("abort", onStop);
		child.stdout.on("data", out.add);
		child.stderr.on("data", err.add);
		const settle = (code: number | null) => {
			clearTimeout(limit);
			clearTimeout(insist);
			stop.removeEventListener("abort", onStop);
			if (most !== MOST && out.isCut())
				failure ??= `more than ${most} bytes of output`;
			resolve({ code, stdout: out.text(), stderr: err.text(), failure });
		};
		child.once("error", (error: NodeJS.ErrnoException) => {
			failure ??=
				error.code === "ENOENT"
					? `${program}: no such program`
					: `${program}: ${errorText(error)}`;
			settle(null);
		});
		child.once("exit", (_code, signal) => {
			// what it left behind would hold its pipes, and its locks
			if (child.pid !== undefined) killGroup(child.pid, "SIGKILL");
			if (signal) failure ??= `${program} was ended by ${signal}`;
		});
		child.once("close", settle);
	});
}
