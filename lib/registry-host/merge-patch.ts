import { isRecord, record } from "../raw";

/** A JSON merge patch (RFC 7396): objects are merged key by key, null removes a key, all else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
	if (!isRecord(patch)) return patch;
	const merged = new Map(Object.entries(record(target)));
	for (const [key, value] of Object.entries(patch)) {
		if (value === undefined) continue;
		if (value === null) merged.delete(key);
		else merged.set(key, mergePatch(merged.get(key), value));
	}
	return Object.fromEntries(merged);
}
