import { LintSyntaxError } from "./lint/lint-syntax-error";
import { parseNginx } from "./lint/parse-nginx";
import { must } from "./must";
import { renderedSecret } from "./rendered-secret";

/** Lines that are whole by themselves: a brace that closes the block around them would move all that follows. */
export function checkSnippet(
	lines: readonly string[] | undefined,
	prop: string,
): void {
	if (lines === undefined) return;
	must(Array.isArray(lines), prop, lines, "a list of lines");
	must(
		renderedSecret(lines) === undefined,
		prop,
		"a secret",
		"none in a file that is rendered: include a file of the VM",
	);
	try {
		parseNginx(lines.join("\n"));
	} catch (error) {
		if (!(error instanceof LintSyntaxError)) throw error;
		must(false, prop, lines, `whole directives: ${error.message}`);
	}
}
