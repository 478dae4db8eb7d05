import { readdirSync, readFileSync } from "node:fs";

/** Processes of this machine whose command line holds all of these texts. */
export function running(...texts: readonly string[]): readonly number[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.filter((pid) => {
			try {
				const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
				return texts.every((text) => line.includes(text));
			} catch {
				return false; // it ended meanwhile
			}
		})
		.map(Number);
}
