import { DRIFT_JOB, DRIFT_METRICS } from "../../guard/contract";
import type { WatchedDrift } from "../drift-alerts";
import { driftThresholds } from "../drift-thresholds";
import type { Story } from "./story";

const DAY = 86_400;
const HOUR = 3600;

type Values = Partial<
	Record<
		"lastRun" | "ageHours" | "differing" | "errors",
		(time: number) => number | undefined
	>
>;

/** What the Pushgateway holds of a daily run, where it differs from a clean one. */
function pushed(values: Values): Story["series"] {
	const job = `job=${JSON.stringify(DRIFT_JOB)}`;
	const { lastRun, ageHours, differing, errors } = DRIFT_METRICS;
	return {
		[`${lastRun.name}{${job}}`]:
			values.lastRun ?? ((time) => Math.floor(time / DAY) * DAY),
		[`${ageHours.name}{${job},stack="monitoring"}`]:
			values.ageHours ?? (() => 0),
		[`${ageHours.name}{${job},stack="alerts"}`]: () => 0,
		[`${differing.name}{${job}}`]: values.differing ?? (() => 0),
		[`${errors.name}{${job}}`]: values.errors ?? (() => 0),
	};
}

/** The stories that the alerts on drift exist for. */
export function driftStories({ thresholds }: WatchedDrift): readonly Story[] {
	const t = driftThresholds(thresholds);
	const limit = t.unaddressedAfter / HOUR;
	/** A value from the second day to the end of the third. */
	const days = (trouble: number) => (time: number) =>
		time >= DAY && time < 3 * DAY ? trouble : 0;
	return [
		{
			name: "all is clean",
			series: pushed({}),
			onsets: [],
			looks: [0, 3 * DAY],
		},
		{
			name: "the detection stops",
			series: pushed({ lastRun: () => 0 }),
			onsets: [{ alert: "DriftDetectionStale", at: t.staleAfter + t.staleFor }],
		},
		{
			name: "a run comes as late as it may",
			series: pushed({
				lastRun: (time) => (time <= t.staleAfter ? 0 : t.staleAfter),
			}),
			onsets: [],
			looks: [t.staleAfter],
		},
		{
			name: "the Pushgateway lost its data, and the next run fills it",
			series: pushed({
				lastRun: (time) => (time < DAY ? undefined : DAY),
				ageHours: (time) => (time < DAY ? undefined : 0),
			}),
			onsets: [{ alert: "DriftDetectionStale", at: t.staleFor, until: DAY }],
		},
		{
			name: "a stack drifts, and is applied",
			series: pushed({ ageHours: days(limit + 1), differing: days(1) }),
			onsets: [
				{
					alert: "DriftUnaddressed",
					labels: { stack: "monitoring" },
					at: DAY + t.unaddressedFor,
					until: 3 * DAY,
				},
			],
		},
		{
			name: "a stack has drifted for as long as it may",
			series: pushed({ ageHours: days(limit), differing: days(1) }),
			onsets: [],
			looks: [2 * DAY],
		},
		{
			name: "many stacks drift",
			series: pushed({ differing: days(t.manyCount + 1) }),
			onsets: [
				{ alert: "DriftStacksMany", at: DAY + t.manyFor, until: 3 * DAY },
			],
		},
		{
			name: "as many stacks drift as may",
			series: pushed({ differing: days(t.manyCount) }),
			onsets: [],
			looks: [2 * DAY],
		},
		{
			name: "a stack cannot be planned",
			series: pushed({ errors: days(1) }),
			onsets: [
				{ alert: "DriftStackErrored", at: DAY + t.erroredFor, until: 3 * DAY },
			],
		},
	];
}
