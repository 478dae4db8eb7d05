import { resolve } from "node:path";
import type { Report } from "../lib/guard/finding";
import { type Measured, measure, type Run, run } from "./run";

/** The bundle under test, as `npm run build:guard` leaves it. */
export const GUARD = resolve("dist/guard.mjs");

/** Where the guard is to look, and as whom. */
export interface Target {
	readonly origin: string;
	readonly user: string;
	readonly password: string;
}

function invocation(
	{ origin, user, password }: Target,
	args: readonly string[],
) {
	return {
		args: [...args, "--json"],
		env: { REGISTRY_URL: origin, REG_USER: user, REG_PASS: password },
	};
}

function reportOf({ code, stdout, stderr }: Run, wanted: number): Report {
	if (code !== wanted)
		throw new Error(
			`guard: got exit ${code}, wanted ${wanted}: ${stdout.slice(0, 1000)} ${stderr.slice(-1000)}`,
		);
	return JSON.parse(stdout) as Report;
}

/** Runs the guard as it is shipped; `wanted` is its exit code. */
export async function runGuard(
	target: Target,
	command: readonly string[],
	wanted = 0,
): Promise<Run & { readonly report: Report }> {
	const { args, env } = invocation(target, command);
	const done = await run(process.execPath, [GUARD, ...args], { env });
	return { ...done, report: reportOf(done, wanted) };
}

/** The same with its memory and processor time. */
export async function measureGuard(
	target: Target,
	command: readonly string[],
	wanted = 0,
): Promise<Measured & { readonly report: Report }> {
	const { args, env } = invocation(target, command);
	const done = await measure(GUARD, args, { env });
	return { ...done, report: reportOf(done, wanted) };
}
