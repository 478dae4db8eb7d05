import { readdirSync, readFileSync } from "node:fs";

/** Processes of this machine whose command line holds the text. */
export function running(text: string): readonly number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((pid) => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text);
			} catch {
				return false; // it ended meanwhile
			}
		})
		.map(Number);
}
