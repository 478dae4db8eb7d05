import { readdirSync, readFileSync } from "node:fs";

/** A process of this machine. */
export interface RunningProcess {
	/** Its process group. */
	readonly group: number;
	/** Command line, words with blanks between. */
	readonly command: string;
}

/** Every process, as /proc has it: `ps` is not everywhere. */
export function runningProcesses(): readonly RunningProcess[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
				const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
				// the name before may hold anything, a parenthesis too: state, parent, group
				const [, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
				return [
					{ group: Number(group), command: command.replaceAll("\0", " ") },
				];
			} catch {
				// it has ended meanwhile
				return [];
			}
		});
}
