import { printable } from "./printable";

/** One thing that is wrong with the command line or the environment. */
export interface Mistake {
	/** What happened, beginning with the flag or variable. */
	readonly what: string;
	/** "" where `what` says it already. */
	readonly wanted: string;
	/** What to do about it. */
	readonly next: string;
}

/** All mistakes of a command line and its environment at once; the process ends with exit code 2. */
export class UsageError extends Error {
	override readonly name = "UsageError";

	/** The message has a line per mistake. */
	constructor(mistakes: readonly Mistake[]) {
		const lines = mistakes.map(({ what, wanted, next }) =>
			printable(
				[what, wanted && `wanted ${wanted}`, next].filter(Boolean).join("; "),
			),
		);
		// a value that two options read is refused twice
		super([...new Set(lines)].join("\n"));
	}
}

const LONGEST = 120;

/**
 * A value as an error message may show it: quoted, shortened, and without what may be a secret, that is everything
 * before an `@` (that of a digest apart) and everything after a `?`.
 */
export function shown(value: string): string {
	const bare = printable(value)
		.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@(?!sha(256|512):)/is, "$1***@")
		.replace(/\?.*/s, "?***");
	return JSON.stringify(
		bare.length > LONGEST ? `${bare.slice(0, LONGEST)}...` : bare,
	);
}
