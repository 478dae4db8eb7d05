import { DRIFT_METRICS, DRIFT_STATES, type DriftState } from "../contract";
import type { Family } from "../exposition";
import { ageHours, type StackRun } from "./stack-run";

/** Every family of a run of `guard drift`, in the contract's order; `now` in unix seconds. */
export function driftFamilies(
	runs: readonly StackRun[],
	now: number,
): readonly Family[] {
	const perStack = (value: (run: StackRun) => number | undefined) =>
		runs.flatMap((run) => {
			const found = value(run);
			const labels = { stack: run.root.stack };
			return found === undefined ? [] : [{ labels, value: found }];
		});
	const count = (wanted: DriftState) => [
		{
			labels: {},
			value: runs.filter(({ state }) => state === wanted).length,
		},
	];
	const series = {
		state: perStack(({ state }) => DRIFT_STATES[state]),
		firstSeen: perStack(({ firstSeen }) => firstSeen),
		ageHours: perStack((run) => ageHours(run, now)),
		causeInfo: runs.flatMap(({ root: { stack }, causes }) =>
			causes.map((cause) => ({ labels: { stack, cause }, value: 1 })),
		),
		differing: count("differs"),
		errors: count("error"),
		clean: count("clean"),
		lastRun: [{ labels: {}, value: now }],
	};
	return (Object.keys(DRIFT_METRICS) as (keyof typeof series)[]).map(
		(name) => ({
			...DRIFT_METRICS[name],
			series: series[name],
		}),
	);
}
