import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { AlertGroup } from "../../lib/alerts/alert";
import { alertFiles } from "../../lib/alerts/alert-files";
import { driftAlerts } from "../../lib/alerts/drift-alerts";
import {
	DRIFT_THRESHOLDS,
	type DriftThresholds,
} from "../../lib/alerts/drift-thresholds";
import { hostAlerts, type WatchedHost } from "../../lib/alerts/host-alerts";
import {
	HOST_THRESHOLDS,
	type HostThresholds,
} from "../../lib/alerts/host-thresholds";
import { renderRuleFile } from "../../lib/alerts/rule-file";
import { driftStories } from "../../lib/alerts/rule-tests/drift-stories";
import { hostStories } from "../../lib/alerts/rule-tests/host-stories";
import { renderStories, type Story } from "../../lib/alerts/rule-tests/story";
import { HUB, watching } from "../alerts/watched";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";

const { suite, programs } = requirePrograms("promtool");
const BASE = "https://runbooks.example/";
const HOST: WatchedHost = {
	instance: "10.0.20.10:9100",
	scanned: ["dockerhub", "private"],
	collected: ["dockerhub", "private"],
};

suite("what promtool says about the rules of the VM and of drift", () => {
	const lab = new Lab();
	const files = alertFiles({
		...watching({ registry: HUB }),
		host: HOST,
		drift: {},
		pushgateway: "http://pushgateway.monitoring:9091",
		prometheusRule: { namespace: "monitoring" },
	});
	let folders = 0;

	/** Writes files into a folder of their own and runs promtool on some of them. */
	async function promtool(
		texts: Readonly<Record<string, string>>,
		command: readonly string[],
		...names: readonly string[]
	) {
		const folder = join(lab.folder, String(folders++));
		mkdirSync(folder, { recursive: true });
		for (const [name, text] of Object.entries(texts))
			writeFileSync(join(folder, name.replace("alerts/", "")), text);
		return runProgram(programs.promtool, [
			...command,
			...names.map((name) => join(folder, name)),
		]);
	}

	lab.test(
		"the rules are valid, without a duplicate; so are those of all groups in one file",
		async () => {
			const all = parse(files["alerts/prometheus-rule.yaml"] ?? "").spec;
			const { code, stdout, stderr } = await promtool(
				{ ...files, "all.yml": JSON.stringify(all) },
				["check", "rules", "--lint-fatal"],
				"registry-host.rules.yml",
				"infrastructure-drift.rules.yml",
				"all.yml",
			);
			expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
			expect(stdout.match(/\d+ rules found/g)).toEqual([
				"8 rules found",
				"4 rules found",
				"14 rules found",
			]);
		},
	);

	lab.test("their stories come true", async () => {
		const { code, stdout, stderr } = await promtool(
			files,
			["test", "rules"],
			"registry-host.rules.test.yml",
			"infrastructure-drift.rules.test.yml",
		);
		expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
	});

	/** What is true, the alert that follows, and the list in its text. */
	const TOLD: {
		group: AlertGroup;
		alert: string;
		series: Record<string, number>;
		labels: Record<string, string>;
		list: string;
		summary: string;
	}[] = [
		{
			group: hostAlerts(HOST, BASE),
			alert: "RegistryGCFailed",
			series: {
				'registry_guard_gc_success{SELF,registry="private"}': 0,
				'registry_guard_gc_success{SELF,registry="dockerhub"}': 1,
				'registry_guard_gc_failed_step_info{SELF,registry="private",step="gate-open"}': 1,
			},
			labels: { registry: "private" },
			list: " private at gate-open",
			summary: "private: the last collection failed",
		},
		{
			group: hostAlerts(HOST, BASE),
			alert: "RegistryDiskFilling",
			series: {
				'node_filesystem_avail_bytes{SELF,mountpoint="/opt/registry/data"}': 5,
				'node_filesystem_size_bytes{SELF,mountpoint="/opt/registry/data"}': 100,
			},
			labels: { mountpoint: "/opt/registry/data" },
			list: " /opt/registry/data 5%",
			summary:
				"10.0.20.10:9100: /opt/registry/data is full, or will be within a day",
		},
		{
			group: driftAlerts({}, BASE),
			alert: "DriftUnaddressed",
			series: {
				'drift_stack_age_hours{SELF,stack="dns"}': 96,
				'drift_stack_cause_info{SELF,stack="dns",cause="drift"}': 1,
				'drift_stack_cause_info{SELF,stack="dns",cause="unapplied"}': 1,
				'drift_stack_cause_info{SELF,stack="vault",cause="unapplied"}': 1,
			},
			labels: { stack: "dns" },
			list: "\n- dns: drift\n- dns: unapplied\n- vault: unapplied",
			summary: "dns: not as its code says for 96 hours",
		},
		{
			group: driftAlerts({}, BASE),
			alert: "DriftStackErrored",
			series: {
				"drift_error_count{SELF}": 2,
				'drift_stack_state{SELF,stack="vault"}': 2,
				'drift_stack_state{SELF,stack="dns"}': 2,
				'drift_stack_state{SELF,stack="alerts"}': 1,
			},
			labels: {},
			list: " dns vault",
			summary: "2 stacks could not be planned",
		},
	];
	test.each(TOLD.map((each) => [each.alert, each] as const))(
		"the text of %s names what is meant",
		async (alert, { group, series, labels, list, summary }) => {
			const rule = group.rules.find((each) => each.alert === alert);
			if (!rule) throw new Error(`no ${alert}`);
			const { job, instance, severity, runbookUrl, description } = rule;
			const self = { job, ...(instance && { instance }) };
			const matchers = Object.entries(self)
				.map(([name, value]) => `${name}="${value}"`)
				.join(",");
			const texts = {
				summary,
				description: description.replace(
					/\{\{ range[\s\S]*\{\{ end \}\}/,
					list,
				),
				runbook_url: runbookUrl,
			};
			const { code, stdout, stderr } = await promtool(
				{
					"rules.yml": renderRuleFile({ ...group, rules: [rule] }),
					"texts.yml": JSON.stringify({
						rule_files: ["rules.yml"],
						evaluation_interval: "15m",
						tests: [
							{
								interval: "15m",
								input_series: Object.entries(series).map(([name, value]) => ({
									series: name.replace("SELF", matchers),
									values: `${value}x20`,
								})),
								alert_rule_test: [
									{
										eval_time: "4h",
										alertname: alert,
										exp_alerts: [
											{
												exp_labels: { severity, ...self, ...labels },
												exp_annotations: texts,
											},
										],
									},
								],
							},
						],
					}),
				},
				["test", "rules"],
				"texts.yml",
			);
			expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
		},
	);

	describe("the stories notice", () => {
		const host = hostAlerts(HOST, BASE);
		const drift = driftAlerts({}, BASE);

		/** Whether the stories that are about the rules that differ come true for those. */
		async function comeTrue(
			right: AlertGroup,
			other: AlertGroup,
			stories: readonly Story[],
		): Promise<boolean> {
			const changed = other.rules.filter(
				(rule, i) => JSON.stringify(rule) !== JSON.stringify(right.rules[i]),
			);
			expect(changed.length).toBeGreaterThan(0);
			const names = new Set(changed.map(({ alert }) => alert));
			const told = stories.filter(
				({ onsets }) =>
					onsets.length === 0 || onsets.some(({ alert }) => names.has(alert)),
			);
			const { code, stdout, stderr } = await promtool(
				{
					// the others would only cost time, and fire in stories that are about these
					"rules.yml": renderRuleFile({ ...other, rules: changed }),
					"stories.yml": renderStories(
						told.map((story) => ({
							...story,
							onsets: story.onsets.filter(({ alert }) => names.has(alert)),
						})),
						"rules.yml",
					),
				},
				["test", "rules"],
				"stories.yml",
			);
			// false for what fires, and not because the rules are none
			if (code !== 0) expect(stdout + stderr).toMatch(/^ *exp:/m);
			return code === 0;
		}

		test("nothing where nothing but a text differs", async () => {
			const rules = drift.rules.map((rule) => ({ ...rule, summary: "other" }));
			expect(await comeTrue(drift, { ...drift, rules }, driftStories({}))).toBe(
				true,
			);
		}, 60_000);

		/** Hours: several looks at the rules. */
		const more = (name: string, old: number) =>
			name.endsWith("Ratio")
				? old * 0.9
				: name.endsWith("Count")
					? old + 1
					: name.endsWith("Window")
						? 30
						: old + 7200;

		test.each(Object.entries(HOST_THRESHOLDS))(
			"another host.%s",
			async (name, old) => {
				const thresholds: Partial<HostThresholds> = { [name]: more(name, old) };
				const other = hostAlerts({ ...HOST, thresholds }, BASE);
				expect(await comeTrue(host, other, hostStories(HOST))).toBe(false);
			},
			60_000,
		);

		test.each(Object.entries(DRIFT_THRESHOLDS))(
			"another drift.%s",
			async (name, old) => {
				const thresholds: Partial<DriftThresholds> = {
					[name]: more(name, old),
				};
				const other = driftAlerts({ thresholds }, BASE);
				expect(await comeTrue(drift, other, driftStories({}))).toBe(false);
			},
			60_000,
		);

		test.each<[string, AlertGroup, RegExp, string]>([
			["a series that is not there", host, /\nor\nabsent\([^\n]*/g, ""],
			[
				"one name that is forgotten",
				host,
				/\nor\nabsent\([^\n]*dockerhub[^\n]*/g,
				"",
			],
			[
				"one registry's lost images, hidden by another's",
				host,
				/by \(job, instance, registry\) \(registry_guard_gc_lost/g,
				"by (job, instance) (registry_guard_gc_lost",
			],
			["a gate that is closed", host, / > 0\) >/g, " >= 0) >"],
			[
				"a disk that is only full",
				host,
				/\nor\nmax by \(job, instance, mountpoint\)[\s\S]*$/g,
				"",
			],
			[
				"a registry that is no more",
				host,
				/(scan_findings\{[^}]*),registry=~"[^"]*"/g,
				"$1",
			],
			[
				"another VM",
				host,
				/(absent\(registry_guard_bundle_matches\{[^}]*),instance="[^"]*"/g,
				"$1",
			],
			["a detection that never ran", drift, /\nor\nabsent\([^\n]*/g, ""],
			["which stack it is", drift, /by \(job, stack\)/g, "by (job)"],
		])(
			"%s",
			async (_, group, pattern, replacement) => {
				const other = {
					...group,
					rules: group.rules.map((rule) => ({
						...rule,
						expr: rule.expr.replace(pattern, replacement),
					})),
				};
				const stories = group === host ? hostStories(HOST) : driftStories({});
				expect(await comeTrue(group, other, stories)).toBe(false);
			},
			60_000,
		);
	});
});
