import { printable } from "./printable";

/** What an error says, on one line; node leaves the message of several failed connection attempts empty. */
export function errorText(error: unknown): string {
	const { message, code, errors } = Object(error) as Partial<AggregateError> &
		NodeJS.ErrnoException;
	const inner = Array.isArray(errors) ? errors.map(errorText).join(", ") : "";
	return printable(message || inner || code || String(error));
}
