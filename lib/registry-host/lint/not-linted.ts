import type { Report } from "./host-rules";
import type { HostFileKind } from "./kind-of";
import { LintSyntaxError } from "./lint-syntax-error";

/** Tells that nothing in a file was looked at. */
export function notLinted(
	file: string,
	line: number,
	reason: string,
	report: Report,
): void {
	report(
		"not-linted",
		{ file, line },
		reason,
		"mend the file: nothing in it was looked at",
	);
}

/** What is read from a file of a kind; undefined, and told, where it is not what it looks like. */
export function readAs<T>(
	kind: HostFileKind,
	file: string,
	read: () => T,
	report: Report,
): T | undefined {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof LintSyntaxError)) throw error;
		notLinted(file, error.line, `as ${kind}: ${error.message}`, report);
		return undefined;
	}
}
