import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const GUARD = "dist/guard.mjs";

/**
 * What the workflows call, for the infra repository that they are written to: the guard, and the scripts of `ci/`. None
 * where they stay here, in `generated`: the bundle changes with each commit, and its copy would be one more file to review.
 *
 * @param output folder that `.woodpecker/` is written to.
 * @throws Error if the guard is not built.
 */
export function calledFiles(output: string): Record<string, string> {
	if (resolve(output) === resolve("generated")) return {};
	if (!existsSync(GUARD))
		throw new Error(`${GUARD}: got no file, run: npm run build:guard`);
	const scripts = isElsewhere(output) ? filesBelow("ci") : [];
	return Object.fromEntries(
		[...scripts.map((path) => [path, path]), ["ci/guard.mjs", GUARD]].map(
			([path = "", from = ""]) => [
				join(output, path),
				readFileSync(from, "utf8"),
			],
		),
	);
}

/** Another repository than this one. */
export function isElsewhere(output: string): boolean {
	return ![".", "generated"].some((here) => resolve(here) === resolve(output));
}

function filesBelow(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.map((name) => join(folder, name))
		.filter((path) => statSync(path).isFile() && path !== "ci/guard.mjs")
		.sort();
}
