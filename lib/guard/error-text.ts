import { printable } from "./printable";

/** What an error says, on one line; node leaves the message of several failed connection attempts empty. */
export function errorText(error: unknown): string {
	if (!(error instanceof Error)) return printable(String(error));
	const { code } = error as NodeJS.ErrnoException;
	const inner =
		error instanceof AggregateError ? error.errors.map(errorText) : [];
	return printable(error.message || inner.join(", ") || code || error.name);
}
