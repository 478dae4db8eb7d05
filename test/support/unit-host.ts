import { type ChildProcess, spawn } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { HostFile } from "../../lib/registry-host/host-file";
import type { Finished } from "./run-program";
import { unitValues } from "./unit-file";

const STAND_IN = join(__dirname, "vm/docker");
const NAMES = join(__dirname, "hosts-file.cjs");

/** How a unit went: what its command lines said, in their order, and whether systemd would call it failed. */
export interface UnitRun {
	readonly failed: boolean;
	readonly log: string;
}

/**
 * A folder of this machine where a bundle's units run: their own command lines in the order of systemd, with a `docker`
 * whose containers are processes. The bundle's `base` must lie in it.
 */
export class UnitHost {
	readonly #folder: string;
	readonly #state: string;
	readonly #env: Readonly<Record<string, string>>;

	/**
	 * @param aliases names of services, which all are 127.0.0.1 here
	 * @param services lines of sh that stand for a service's container, `<name>.run` for `compose run` with its arguments
	 */
	constructor(
		folder: string,
		aliases: readonly string[],
		services: Readonly<Record<string, string>>,
	) {
		this.#folder = folder;
		this.#state = join(folder, "vm-state");
		const bin = join(folder, "vm-bin");
		mkdirSync(join(this.#state, "services"), { recursive: true });
		mkdirSync(bin);
		for (const [name, line] of Object.entries(services))
			executable(join(this.#state, "services", name), `#!/bin/bash\n${line}\n`);
		executable(
			join(bin, "docker"),
			`#!/bin/sh\nexport VM_ROOT=${folder} VM_STATE=${this.#state} DOCKER_COMPOSE=false\nexec ${STAND_IN} "$@"\n`,
		);
		executable(
			join(bin, "systemctl"),
			`#!/bin/sh\nif [ -e ${this.#state}/goes-down ]; then echo stopping; else echo running; fi\n`,
		);
		const hosts = Object.fromEntries(aliases.map((e) => [e, "127.0.0.1"]));
		executable(
			join(bin, "node"),
			`#!/bin/sh\nHOST_ALIASES='${JSON.stringify(hosts)}' exec ${process.execPath} --require ${NAMES} "$@"\n`,
		);
		this.#env = {
			PATH: `${bin}:${process.env.PATH}`,
			REGISTRY_ROOT: this.path("root"),
			HOME: folder,
			COLLECT_PAUSE: "0.05",
		};
	}

	path(...parts: readonly string[]): string {
		return join(this.#folder, ...parts);
	}

	/** Writes the bundle where its paths say, that is below `base`; what belongs to /etc lies below `root`. */
	write(files: readonly HostFile[], guardFile: string): void {
		for (const { path, text, mode } of files) {
			const at = path.replace(/^vm/, "");
			const file = at.startsWith(this.#folder) ? at : this.path("root", at);
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, text);
			chmodSync(file, mode);
		}
		symlinkSync(resolve("dist/guard.mjs"), guardFile);
	}

	/** Calls of docker that fail from now on, as regular expressions. */
	fail(...calls: readonly string[]): void {
		writeFileSync(join(this.#state, "fail"), calls.join("\n"));
	}

	/** Whether systemd says from now on that the machine goes down. */
	goesDown(yes: boolean): void {
		const file = join(this.#state, "goes-down");
		if (yes) writeFileSync(file, "");
		else rmSync(file);
	}

	/** What Docker was told to do since the last call, in order. */
	done(): readonly string[] {
		const file = join(this.#state, "done");
		if (!existsSync(file)) return [];
		const lines = readFileSync(file, "utf8").trimEnd().split("\n");
		rmSync(file);
		return lines;
	}

	/** One command line, as it stands in a unit. */
	run(line: string): Promise<Finished> {
		return finished(this.#spawn(line));
	}

	/**
	 * Runs a service unit: ExecStartPre and ExecStart until one fails, then ExecStopPost whatever happened. As systemd does
	 * it a signal goes to all processes of the unit, only the first of them is waited for, and what is left when
	 * ExecStopPost is through is killed. The group's leader is in the file `unit` of the state: whatever runs may signal it.
	 *
	 * @param endWhen sends ExecStart the signal as soon as its log says so
	 */
	async runUnit(
		name: string,
		endWhen?: RegExp,
		signal: NodeJS.Signals = "SIGKILL",
	): Promise<UnitRun> {
		const text = readFileSync(
			this.path("root/etc/systemd/system", name),
			"utf8",
		);
		const lines = (key: string) => unitValues(text, "Service", key);
		let log = "";
		let failed = false;
		const groups: number[] = [];
		for (const line of [...lines("ExecStartPre"), ...lines("ExecStart")]) {
			const child = this.#spawn(line);
			const group = -Number(child.pid);
			groups.push(group);
			writeFileSync(join(this.#state, "unit"), String(group));
			child.stderr?.on("data", (said: string) => {
				if (endWhen?.test(said)) tell(group, signal);
			});
			const { code, stdout, stderr } = await finished(child);
			log += `${stdout}${stderr}`;
			failed = code !== 0;
			if (failed) break;
		}
		for (const line of lines("ExecStopPost")) {
			const { code, stdout, stderr } = await this.run(line);
			log += `${stdout}${stderr}`;
			failed ||= code !== 0;
		}
		for (const group of groups) tell(group, "SIGKILL");
		return { failed, log };
	}

	/** Ends what runs in place of a service. */
	stop(service: string): void {
		const file = join(this.#state, `${service}.pid`);
		if (!existsSync(file)) return;
		tell(Number(readFileSync(file, "utf8")), "SIGTERM");
	}

	#spawn(line: string): ChildProcess {
		const [program = "", ...args] = line.split(" ");
		return spawn(program, args, {
			env: this.#env,
			stdio: ["ignore", "pipe", "pipe"],
			detached: true,
		});
	}
}

function finished(child: ChildProcess): Promise<Finished> {
	const started = Date.now();
	const output = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const)
		child[stream]?.setEncoding("utf8").on("data", (text: string) => {
			output[stream] += text;
		});
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		const end = (code: number | null) =>
			resolve({ code, ...output, took: (Date.now() - started) / 1000 });
		child.once("close", end);
		// what it started may go on, and is not waited for
		child.once("exit", (code, signal) => signal && end(code));
	});
}

/** Signals a process, or a group by its negative number. */
function tell(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// it has ended
	}
}

function executable(file: string, text: string): void {
	writeFileSync(file, text);
	chmodSync(file, 0o755);
}
