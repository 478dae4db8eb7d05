import { join } from "node:path";
import type { Report } from "../../lib/guard/finding";
import { type Finished, runProgram } from "./run-program";

const GUARD = join(__dirname, "../../dist/guard.mjs");

/** Runs the bundle as it was built, with nothing in its environment but what is given. */
export function runGuard(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
	return runProgram(process.execPath, [GUARD, ...args], env);
}

/** The same with --json. @throws Error with what it printed where that is no report. */
export async function guardReport(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Finished & { readonly report: Report }> {
	const finished = await runGuard([...args, "--json"], env);
	try {
		return { ...finished, report: JSON.parse(finished.stdout) };
	} catch {
		throw new Error(
			`guard ${args.join(" ")}: exit ${finished.code}\n${finished.stdout}\n${finished.stderr}`,
		);
	}
}
