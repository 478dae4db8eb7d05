import { replaceNumbers } from "./thresholds";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every number of the alerts on the registry VM. Plain numbers are seconds, `...Ratio` are shares of 1. */
export const HOST_THRESHOLDS = {
	/** A tag on disk that cannot be pulled stays so: there is nothing to wait for. */
	orphansFor: 0,
	/** Two daily scans missed, and two hours for one that takes long. */
	scanStaleAfter: 50 * HOUR,
	scanStaleFor: 0,
	lostFor: 0,
	gcFailedFor: 0,
	/** Two weekly collections missed, and a day. */
	gcStaleAfter: 15 * DAY,
	gcStaleFor: 0,
	/** A collection of a full disk takes minutes; nobody can pull meanwhile. */
	leftStoppedAfter: 30 * MINUTE,
	leftStoppedFor: 0,
	/** Long enough that one large push is no trend. */
	diskWindow: 6 * HOUR,
	/** A day's notice: a cache can be emptied in an hour. */
	diskHorizon: DAY,
	diskFreeRatio: 0.1,
	diskFor: 30 * MINUTE,
	/** A config sync in the middle of its work, and its rollback. */
	bundleFor: HOUR,
} as const satisfies Record<string, number>;

/** A number for each name of HOST_THRESHOLDS. */
export type HostThresholds = {
	readonly [K in keyof typeof HOST_THRESHOLDS]: number;
};

/** @throws Error naming what is no such number. */
export function hostThresholds(
	changes?: Partial<HostThresholds>,
): HostThresholds {
	return replaceNumbers("host.thresholds", HOST_THRESHOLDS, changes);
}
