import { errorText } from "./error-text";
import { parseSample } from "./exposition";
import type { Io } from "./io";
import { isFile } from "./write-atomically";

/** Values that an earlier run wrote for node_exporter, by family name and `registry`. */
export type EarlierValues = ReadonlyMap<string, number>;

export function earlierKey(family: string, registry: string): string {
	return `${family} ${registry}`;
}

/**
 * Reads a file of `--textfile`; one that is not there says nothing, and a pipe or a terminal never would. A line that is
 * none of the format is told to the log and left out.
 */
export function readEarlier(path: string, io: Io): EarlierValues {
	const values = new Map<string, number>();
	let text = "";
	try {
		if (isFile(path) !== false) text = io.readFile(path);
	} catch {
		// the first run
	}
	for (const line of text.split("\n"))
		try {
			const sample = parseSample(line);
			const { registry = "" } = sample?.labels ?? {};
			if (sample) values.set(earlierKey(sample.name, registry), sample.value);
		} catch (error) {
			io.log(`--textfile: ${errorText(error)}; the line is left out`);
		}
	return values;
}
