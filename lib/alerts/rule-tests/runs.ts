import type { Thresholds } from "../thresholds";
import type { Run } from "./pushed-group";
import type { Scenario } from "./scenario";

/** Tags, and repositories, that a healthy run of each shard counts. */
export const SIZE = 100;
const YEAR = 365 * 86_400;

/** A run that finds all in order. */
export function healthyRun({ tlsRemaining }: Thresholds): Run {
	return {
		outcome: "complete",
		failures: 0,
		inUse: false,
		inconclusive: 0,
		tags: SIZE,
		coverage: 1,
		repositories: SIZE,
		notAfter: tlsRemaining + 100 * YEAR,
	};
}

/** Runs of `trouble` from the second firing to `last`, healthy ones before and after. */
export function during(
	trouble: Partial<Run>,
	last: number,
): NonNullable<Scenario["run"]> {
	return (firing) => (firing >= 1 && firing <= last ? trouble : {});
}

/** The first firing after all of `times` (seconds), with some room. */
export function firingAfter(gap: number, ...times: number[]): number {
	return Math.floor(Math.max(...times) / gap) + 3;
}
