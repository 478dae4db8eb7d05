/** A mapping of a file that nobody has judged yet. */
export type Raw = Record<string, unknown>;

export function isRecord(value: unknown): value is Raw {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands there, where it is a mapping; else an empty one. */
export function record(value: unknown): Raw {
	return isRecord(value) ? value : {};
}

/** One value is a list of one. */
export function list(value: unknown): unknown[] {
	if (value === undefined || value === null) return [];
	return Array.isArray(value) ? value : [value];
}

export function string(value: unknown): string {
	return value === undefined || value === null ? "" : String(value);
}

/** What in a list is no list or mapping, as a text. */
export function strings(value: unknown): string[] {
	return list(value)
		.filter((one) => typeof one !== "object")
		.map(String);
}
