import { DRIFT_JOB, DRIFT_METRICS, DRIFT_STATES } from "../guard/contract";
import { ALERTS, type AlertGroup, type AlertRule } from "./alert";
import { type DriftThresholds, driftThresholds } from "./drift-thresholds";
import { renderDuration } from "./duration";
import type { AlertBody } from "./probe-alerts";
import { runbookUrl } from "./runbook-url";
import { forEachSeries } from "./template";

/** The drift detection, whose series are those of its Pushgateway job. */
export interface WatchedDrift {
	/** Numbers that differ from the defaults. @default - DRIFT_THRESHOLDS */
	readonly thresholds?: Partial<DriftThresholds>;
}

/** Name of the rule group. */
export const DRIFT_GROUP_NAME = "Infrastructure Drift";
const SELECTOR = `job=${JSON.stringify(DRIFT_JOB)}`;

/**
 * The alerts on what `guard drift` publishes.
 *
 * @throws Error for thresholds that are none.
 */
export function driftAlerts(
	drift: WatchedDrift,
	runbookBase: string,
): AlertGroup {
	const rules = bodies(driftThresholds(drift.thresholds)).map(
		(body): AlertRule => ({
			...body,
			severity: ALERTS[body.alert],
			job: DRIFT_JOB,
			runbookUrl: runbookUrl(runbookBase, body.alert),
		}),
	);
	return { name: DRIFT_GROUP_NAME, rules };
}

function bodies(t: DriftThresholds): AlertBody[] {
	const { lastRun, ageHours, differing, errors, state, causeInfo } =
		DRIFT_METRICS;
	const one = (metric: { readonly name: string }) =>
		`max by (job) (${metric.name}{${SELECTOR}})`;
	const stacksIn = (value: number) =>
		forEachSeries(
			`max by (stack) (${state.name}{${SELECTOR}}) == ${value}`,
			["stack"],
			" {{ .Labels.stack }}",
		);
	const causes = forEachSeries(
		`max by (stack, cause) (${causeInfo.name}{${SELECTOR}} == 1)`,
		["stack", "cause"],
		"\n- {{ .Labels.stack }}: {{ .Labels.cause }}",
	);
	return [
		{
			alert: "DriftDetectionStale",
			expr: `time() - ${one(lastRun)} > ${t.staleAfter}\nor\nabsent(${lastRun.name}{${SELECTOR}})`,
			for: t.staleFor,
			summary: "No drift detection for more than a day",
			description: `The last run is older than ${renderDuration(t.staleAfter)}, or the Pushgateway holds none: the cron did not fire, the pipeline failed before its end, or its push was refused. What the other drift alerts say is old.`,
		},
		{
			alert: "DriftUnaddressed",
			expr: `max by (job, stack) (${ageHours.name}{${SELECTOR}}) > ${t.unaddressedAfter / 3600}`,
			for: t.unaddressedFor,
			summary:
				"{{ $labels.stack }}: not as its code says for {{ $value }} hours",
			description: `Nobody applied it or took the change over for ${renderDuration(t.unaddressedAfter)}. All that differ, and why (drift: the world changed; unapplied: the code did):${causes}`,
		},
		{
			alert: "DriftStacksMany",
			expr: `${one(differing)} > ${t.manyCount}`,
			for: t.manyFor,
			summary: "{{ $value }} stacks are not as their code says",
			description: `So many at once have one cause: a provider's new version, something that changes objects in the cluster, an apply that did not happen.${causes}`,
		},
		{
			alert: "DriftStackErrored",
			expr: `${one(errors)} > 0`,
			for: t.erroredFor,
			summary: "{{ $value }} stacks could not be planned",
			description: `Whether they drift is not known:${stacksIn(DRIFT_STATES.error)}. Most often a lock that nobody holds any more, credentials, or an API that is down.`,
		},
	];
}
