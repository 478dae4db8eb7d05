import type { AlertGroup, AlertRule, Severity } from "./alert";
import { renderDuration } from "./duration";

/** A rule as Prometheus reads it, from a rule file or from a PrometheusRule. */
export interface PrometheusAlertingRule {
	readonly alert: string;
	readonly expr: string;
	readonly for: string;
	readonly labels: {
		readonly severity: Severity;
		readonly job: string;
		readonly instance?: string;
	};
	readonly annotations: Readonly<Record<string, string>>;
}

/** A group of a rule file, in Prometheus's own words. */
export interface PrometheusRuleGroup {
	readonly name: string;
	readonly rules: readonly PrometheusAlertingRule[];
}

/** The model in Prometheus's own words, as data. */
export function ruleGroup(group: AlertGroup): PrometheusRuleGroup {
	return { name: group.name, rules: group.rules.map(rule) };
}

/** One group or several, as the file's `groups`. */
export function ruleGroups(
	groups: AlertGroup | readonly AlertGroup[],
): readonly PrometheusRuleGroup[] {
	return [groups].flat().map(ruleGroup);
}

function rule(alert: AlertRule): PrometheusAlertingRule {
	return {
		alert: alert.alert,
		expr: alert.expr,
		for: renderDuration(alert.for),
		labels: {
			severity: alert.severity,
			job: alert.job,
			...(alert.instance !== undefined && { instance: alert.instance }),
		},
		annotations: {
			summary: alert.summary,
			description: alert.description,
			runbook_url: alert.runbookUrl,
			...(alert.dashboardUrl !== undefined && {
				dashboard_url: alert.dashboardUrl,
			}),
		},
	};
}
