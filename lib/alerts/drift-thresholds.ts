import { replaceNumbers } from "./thresholds";

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Every number of the alerts on drift. Plain numbers are seconds, `...Count` count stacks. */
export const DRIFT_THRESHOLDS = {
	/** A daily run, and two hours for one that is late or takes long. */
	staleAfter: 26 * HOUR,
	staleFor: 30 * MINUTE,
	/** Three days: a weekend may pass. */
	unaddressedAfter: 72 * HOUR,
	unaddressedFor: HOUR,
	/** So many at once have one cause: a provider, credentials, the backend. */
	manyCount: 10,
	manyFor: 30 * MINUTE,
	/** An outage of Vault or of the API passes within it, and the next run is a day away. */
	erroredFor: 2 * HOUR,
} as const satisfies Record<string, number>;

/** A number for each name of DRIFT_THRESHOLDS. */
export type DriftThresholds = {
	readonly [K in keyof typeof DRIFT_THRESHOLDS]: number;
};

/** @throws Error naming what is no such number. */
export function driftThresholds(
	changes?: Partial<DriftThresholds>,
): DriftThresholds {
	return replaceNumbers("drift.thresholds", DRIFT_THRESHOLDS, changes);
}
