import { errorText } from "./error-text";
import type { Io } from "./io";
import { printableJson } from "./printable";

export const TEXTFILE = "--textfile";

/** Writes the report where one was asked for; false: it could not be written, and the log says why. */
export function writeReport(
	path: string | undefined,
	report: object,
	io: Io,
): boolean {
	return (
		path === undefined || writeText("--report", path, printableJson(report), io)
	);
}

/** Writes what a flag names a file for; false: it could not be written, and the log says why. */
export function writeText(
	flag: string,
	path: string,
	text: string,
	io: Io,
): boolean {
	try {
		// node_exporter is another user
		io.writeFile(path, text, flag === TEXTFILE);
		return true;
	} catch (error) {
		io.log(`${flag}: ${errorText(error)}`);
		return false;
	}
}
