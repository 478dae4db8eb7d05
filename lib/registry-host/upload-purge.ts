import { must } from "./must";

/** When an upload that never ended is removed, as Go writes durations. */
export interface UploadPurge {
	/** Older than this. */
	readonly age: string;
	/** Looked for this often. */
	readonly interval: string;
}

/** By the kind of registry, where nothing is said. */
export const UPLOAD_PURGE = {
	private: { age: "168h", interval: "4h" },
	"pull-through": { age: "24h", interval: "24h" },
} as const satisfies Record<string, UploadPurge>;

/** @throws Error naming prop, what it got and what it wanted. */
export function checkPurge(purge: UploadPurge, prop: string): void {
	for (const [key, time] of Object.entries(purge))
		must(
			/^([1-9]\d*[hms])+$/.test(String(time)),
			`${prop}.${key}`,
			time,
			"a duration such as 168h",
		);
}
