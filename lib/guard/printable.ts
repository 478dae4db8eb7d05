/**
 * Text from a registry, a Pushgateway or a file, safe for a terminal: control characters (C0, C1, DEL), format
 * characters (bidirectional overrides, zero-width) and lone surrogates are removed.
 */
export function printable(text: string): string {
	return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "");
}

/** JSON that is safe for a terminal too: what JSON.stringify leaves raw and a terminal may act on is written as an escape. */
export function printableJson(value: unknown): string {
	const text = JSON.stringify(value, null, 2);
	const escaped = text.replace(/[\p{Cf}\p{Zl}\p{Zp}\x7f-\x9f]/gu, (found) =>
		// code units, not code points: JSON escapes are UTF-16
		[...Array(found.length).keys()]
			.map((i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, "0")}`)
			.join(""),
	);
	return `${escaped}\n`;
}
