import type { Root } from "../roots/root";
import type { Planned } from "../roots/terraform";

/** A root with what planning it came to. */
export interface StackRun extends Planned {
	readonly root: Root;
	/** Unix seconds of the first run in a row that was not clean; undefined: clean, or nobody keeps it. */
	readonly firstSeen: number | undefined;
}

/** Hours since a stack was first seen to differ. */
export function ageHours({ firstSeen }: StackRun, now: number): number {
	return firstSeen === undefined ? 0 : Math.max(0, (now - firstSeen) / 3600);
}
