import { ALERTS, type AlertGroup, type AlertRule } from "./alert";
import { metricsAlerts } from "./metrics-alerts";
import { type AlertBody, probeAlerts } from "./probe-alerts";
import { runbookUrl } from "./runbook-url";
import { metricsJob } from "./scrape-configs";
import { type Thresholds, thresholdsWith } from "./thresholds";
import { type WatchedRegistry, watch } from "./watch";

/** What all alerts are made of. */
export interface IntegrityAlertsProps {
	readonly registries: readonly WatchedRegistry[];
	/** Where the runbooks are; an alert's is this and its name. */
	readonly runbookBase: string;
	/** URL of the dashboard (`https://grafana.example/d/<uid>`); its variable `instance` is set by the link. @default - no link */
	readonly dashboardUrl?: string;
	/** Numbers that differ from the defaults. @default - THRESHOLDS */
	readonly thresholds?: Partial<Thresholds>;
}

/** Name of the rule group. */
export const GROUP_NAME = "Registry integrity";

/**
 * All alerts of all registries, in one group. A pull-through cache is never probed, so it has only those on its own
 * metrics.
 *
 * @throws Error naming prop, what it got and what it wanted.
 */
export function integrityAlerts(props: IntegrityAlertsProps): AlertGroup {
	const { registries, runbookBase, dashboardUrl } = props;
	const thresholds = thresholdsWith(props.thresholds);
	refuseTwins(registries);
	const rules = registries.flatMap((watched) => {
		const { registry } = watched;
		const { instance } = registry;
		const rule =
			(job: string) =>
			(body: AlertBody): AlertRule => ({
				...body,
				severity: ALERTS[body.alert],
				job,
				instance,
				runbookUrl: runbookUrl(runbookBase, body.alert),
				...(dashboardUrl !== undefined && {
					dashboardUrl: `${dashboardUrl}?var-instance=${encodeURIComponent(instance)}`,
				}),
			});
		const walked = isProbed(watched)
			? probeAlerts(watch(watched, thresholds), thresholds)
			: [];
		return [
			...walked.map(rule(registry.probeName)),
			...metricsAlerts(registry, thresholds).map(rule(metricsJob(registry))),
		];
	});
	return { name: GROUP_NAME, rules };
}

/** Whether the guard walks it: a walk through a pull-through cache would spend the upstream's quota. */
export function isProbed({ registry }: WatchedRegistry): boolean {
	return registry.kind !== "pull-through";
}

/** Two registries with one name would share CronJob, Pushgateway job and rules. */
function refuseTwins(registries: readonly WatchedRegistry[]): void {
	const names = registries.map(({ registry }) => registry.name);
	const twin = names.find((name, i) => names.indexOf(name) !== i);
	if (twin !== undefined) {
		throw new Error(
			`registries: got ${JSON.stringify(twin)} twice, wanted a name of its own for each`,
		);
	}
}
