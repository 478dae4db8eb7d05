import type { Finished } from "./run-program";

/** Expects the exit code, with what the program said where it is another one. */
export function expectExit(ran: Finished, code: number): void {
	const said = ran.code === code ? "" : `${ran.stdout}\n${ran.stderr}`;
	expect({ code: ran.code, said }).toEqual({ code, said: "" });
}
