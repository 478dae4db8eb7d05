import { errorText } from "./error-text";
import type { Report } from "./finding";
import type { Io } from "./io";
import { printableJson } from "./printable";

/** Writes the report where one was asked for; false: it could not be written, and the log says why. */
export function writeReport(
	path: string | undefined,
	report: Report,
	io: Io,
): boolean {
	if (path === undefined) return true;
	try {
		io.writeFile(path, printableJson(report));
		return true;
	} catch (error) {
		io.log(`--report: ${errorText(error)}`);
		return false;
	}
}
