import { driftAlerts } from "../../lib/alerts/drift-alerts";
import { renderDuration } from "../../lib/alerts/duration";
import { ruleGroup } from "../../lib/alerts/rule-group";
import { driftStories } from "../../lib/alerts/rule-tests/drift-stories";
import { DRIFT_METRICS } from "../../lib/guard/contract";

const group = driftAlerts({}, "https://runbooks.example/");
const exprOf = (alert: string) =>
	group.rules.find((rule) => rule.alert === alert)?.expr ?? "";

describe("the alerts on drift", () => {
	test("group, names, waits and severities are the table's", () => {
		expect(group.name).toBe("Infrastructure Drift");
		expect(
			group.rules.map((rule) => [
				rule.alert,
				renderDuration(rule.for),
				rule.severity,
			]),
		).toEqual([
			["DriftDetectionStale", "30m", "warning"],
			["DriftUnaddressed", "1h", "warning"],
			["DriftStacksMany", "30m", "warning"],
			["DriftStackErrored", "2h", "warning"],
		]);
	});

	test("the numbers of the table; no result at all is stale too; age is told per stack", () => {
		expect(exprOf("DriftDetectionStale")).toBe(
			'time() - max by (job) (drift_detection_last_run_timestamp{job="drift-detection"}) > 93600\nor\nabsent(drift_detection_last_run_timestamp{job="drift-detection"})',
		);
		expect(exprOf("DriftUnaddressed")).toBe(
			'max by (job, stack) (drift_stack_age_hours{job="drift-detection"}) > 72',
		);
		expect(exprOf("DriftStacksMany")).toMatch(/drift_stack_count.* > 10$/);
		expect(exprOf("DriftStackErrored")).toMatch(/drift_error_count.* > 0$/);
	});

	test("declared metrics only, each of the drift detection; no instance, which its group does not have", () => {
		const declared: string[] = Object.values(DRIFT_METRICS).map(
			(metric) => metric.name,
		);
		for (const rule of group.rules) {
			const text = `${rule.expr} ${rule.description}`;
			const selectors = [...text.matchAll(/([a-z_]+)\{([^{}]*)\}/g)];
			expect(selectors.length).toBeGreaterThan(0);
			for (const [, metric, matchers] of selectors) {
				expect(declared).toContain(metric);
				expect(matchers).toBe('job="drift-detection"');
			}
		}
		for (const { labels } of ruleGroup(group).rules)
			expect(labels).toEqual({ severity: "warning", job: "drift-detection" });
	});

	test("each alert has its story, and each bound one just within it", () => {
		const stories = driftStories({});
		const fired = new Set(
			stories.flatMap(({ onsets }) => onsets.map(({ alert }) => alert)),
		);
		expect([...fired].sort()).toEqual(
			group.rules.map(({ alert }) => alert).sort(),
		);
		expect(
			stories
				.filter(({ onsets }) => onsets.length === 0)
				.map(({ name }) => name),
		).toEqual([
			"all is clean",
			"a run comes as late as it may",
			"a stack has drifted for as long as it may",
			"as many stacks drift as may",
		]);
	});

	test("misuse", () => {
		expect(() => driftAlerts({ thresholds: { manyCount: -1 } }, "x")).toThrow(
			"drift.thresholds.manyCount: got -1, wanted a whole number, 0 or more",
		);
	});
});
