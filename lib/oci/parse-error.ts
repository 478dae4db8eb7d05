/** Untrusted text or JSON that is not what it should be; the message says what was got and what was wanted. */
export class ParseError extends Error {
	override readonly name = "ParseError";
}

/** A value from outside as an error message may show it: one line, at most 80 characters, no control characters. */
export function shown(value: unknown): string {
	const text = typeof value === "string" ? value : typeof value;
	const line = text.slice(0, 80).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
	return typeof value === "string"
		? `"${line}${text.length > 80 ? "…" : ""}"`
		: line;
}
