import { findProgram, PROGRAMS } from "./programs";

/**
 * Paths of the real programs that a test file needs, by their names in `.ci/programs.txt`, and the `describe` to put
 * its tests in. Where one is missing the tests are skipped with a warning that says how to get it; with `CI=true`
 * nothing may be missing.
 *
 * @throws Error naming what is missing, with CI=true.
 */
export function requirePrograms<Name extends string>(
	...names: readonly Name[]
): { readonly suite: jest.Describe; readonly programs: Record<Name, string> } {
	const found = names.map((name) => [name, findProgram(name)] as const);
	const missing = found.filter(([, path]) => path === undefined);
	const programs = Object.fromEntries(found) as Record<Name, string>;
	if (missing.length === 0) return { suite: describe, programs };
	const list = missing
		.map(([name]) => `${name} (${PROGRAMS.get(name)?.what})`)
		.join(", ");
	const message = `missing programs: ${list}; \`.ci/tools\` installs them`;
	if (process.env.CI === "true") throw new Error(message);
	process.stderr.write(
		`\nSKIPPED ${expect.getState().testPath}: ${message}\n\n`,
	);
	return { suite: describe.skip, programs };
}

/**
 * `describe` for what needs something that may be missing even in CI (real Terraform providers): without it nothing is
 * defined, and the output says so.
 */
export function ifPresent(
	isPresent: boolean,
	what: string,
): (name: string, define: () => void) => void {
	if (isPresent) return describe;
	return (name) => {
		process.stderr.write(`\nNOT RUN, without ${what}: ${name}\n\n`);
	};
}
