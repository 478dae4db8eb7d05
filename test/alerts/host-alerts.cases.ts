import { parse } from "yaml";
import { ALERTS } from "../../lib/alerts/alert";
import { alertFiles } from "../../lib/alerts/alert-files";
import { alertGroups } from "../../lib/alerts/alert-groups";
import { renderDuration } from "../../lib/alerts/duration";
import { hostAlerts, type WatchedHost } from "../../lib/alerts/host-alerts";
import { HOST_THRESHOLDS } from "../../lib/alerts/host-thresholds";
import { inhibitRules } from "../../lib/alerts/inhibition";
import { ruleGroup } from "../../lib/alerts/rule-group";
import { hostStories } from "../../lib/alerts/rule-tests/host-stories";
import {
	BUNDLE_MATCHES,
	GC_METRICS,
	SCAN_METRICS,
} from "../../lib/guard/contract";
import { HUB, watching } from "./watched";

const HOST: WatchedHost = {
	instance: "10.0.20.10:9100",
	scanned: ["dockerhub", "k8s", "private"],
	collected: ["dockerhub", "private"],
};
const { name, rules } = hostAlerts(HOST, "https://runbooks.example/");
const exprOf = (alert: string) =>
	rules.find((rule) => rule.alert === alert)?.expr ?? "";

/** The table of the VM's alerts. */
const TABLE = [
	["RegistryDiskScanOrphans", "0m", "critical"],
	["RegistryDiskScanStale", "0m", "warning"],
	["RegistryGCLost", "0m", "critical"],
	["RegistryGCFailed", "0m", "warning"],
	["RegistryGCStale", "0m", "warning"],
	["RegistryLeftStopped", "0m", "critical"],
	["RegistryDiskFilling", "30m", "warning"],
	["RegistryConfigDrift", "1h", "warning"],
];

describe("the alerts on the registry VM", () => {
	test("names, waits and severities are the table's", () => {
		expect(name).toBe("Registry host");
		expect(
			rules.map((rule) => [
				rule.alert,
				renderDuration(rule.for),
				rule.severity,
			]),
		).toEqual(TABLE);
		expect(Object.keys(ALERTS)).toEqual(
			expect.arrayContaining(TABLE.map(([alert]) => alert)),
		);
	});

	test("the numbers of the table", () => {
		expect(exprOf("RegistryDiskScanStale")).toContain("> 180000");
		expect(exprOf("RegistryGCStale")).toContain("> 1296000");
		expect(exprOf("RegistryLeftStopped")).toMatch(/> 1800$/);
		expect(exprOf("RegistryDiskFilling")).toMatch(
			/predict_linear\(node_filesystem_avail_bytes\{[^}]*\}\[6h\], 86400\)\) < 0/,
		);
		expect(exprOf("RegistryDiskFilling")).toMatch(/< 0\.1$/);
	});

	test.each(rules.map((rule) => [rule.alert, rule] as const))(
		"%s: declared metrics only, each of this VM, none without a selector",
		(_alert, rule) => {
			const declared = new Set<string>([
				...Object.values(SCAN_METRICS).map((metric) => metric.name),
				...Object.values(GC_METRICS).map((metric) => metric.name),
				BUNDLE_MATCHES.name,
				"node_filesystem_avail_bytes",
				"node_filesystem_size_bytes",
			]);
			const text = `${rule.expr} ${rule.description}`;
			const selectors = [...text.matchAll(/([a-z_]+)\{([^{}]*)\}/g)];
			expect(selectors.length).toBeGreaterThan(0);
			for (const [, metric, matchers] of selectors) {
				expect(declared).toContain(metric);
				expect(matchers).toContain(
					'job="registry-host",instance="10.0.20.10:9100"',
				);
			}
			expect(text.match(/registry_guard_[a-z_]+(?![a-z_{])/g)).toBeNull();
			expect(rule.runbookUrl).toBe(`https://runbooks.example/${rule.alert}`);
		},
	);

	test.each([
		["RegistryDiskScanStale", HOST.scanned],
		["RegistryGCFailed", HOST.collected],
		["RegistryGCStale", HOST.collected],
	])("%s also fires where a configured name has no series", (alert, names) => {
		const absent = [
			...exprOf(alert).matchAll(/^absent\(\w+\{.*registry="(\w+)"\}\)$/gm),
		].map(([, registry]) => registry);
		expect(absent).toEqual(names);
	});

	test("a registry that goes takes its part of the expressions with it", () => {
		const less = hostAlerts(
			{ ...HOST, scanned: ["dockerhub", "k8s"], collected: ["dockerhub"] },
			"https://runbooks.example/",
		);
		expect(JSON.stringify(less)).not.toContain("private\\");
		expect(less.rules).toHaveLength(rules.length);
	});

	test("no collections, no alerts on them; neither are there any without a host", () => {
		const { rules } = hostAlerts({ ...HOST, collected: [] }, "https://x/");
		expect(rules.map(({ alert }) => alert)).toEqual([
			"RegistryDiskScanOrphans",
			"RegistryDiskScanStale",
			"RegistryDiskFilling",
			"RegistryConfigDrift",
		]);
		expect(alertGroups(watching({ registry: HUB }))).toHaveLength(1);
	});

	test("the disk's text says what may be freed and what never", () => {
		const { description } =
			rules.find(({ alert }) => alert === "RegistryDiskFilling") ?? {};
		expect(description).toMatch(/Safe to free: .*Never garbage-collect -m/);
	});

	test("misuse", () => {
		expect(() => hostAlerts({ ...HOST, collected: ["attic"] }, "x")).toThrow(
			'host.collected: got "attic", wanted one of dockerhub, k8s, private',
		);
		expect(() => hostAlerts({ ...HOST, scanned: ["a|b"] }, "x")).toThrow(
			'host.collected: got "dockerhub"',
		);
		expect(() =>
			hostAlerts({ ...HOST, scanned: ["a|b"], collected: [] }, "x"),
		).toThrow('host.scanned: got "a|b", wanted a DNS label');
		expect(() =>
			hostAlerts({ ...HOST, thresholds: { diskFreeRatio: 10 } }, "x"),
		).toThrow("host.thresholds.diskFreeRatio: got 10, wanted a share");
	});
});

describe("their stories", () => {
	const stories = hostStories(HOST);

	test("each alert fires in one, and is over again in one where something mends it", () => {
		const onsets = stories.flatMap((story) => story.onsets);
		expect([...new Set(onsets.map(({ alert }) => alert))].sort()).toEqual(
			TABLE.map(([alert]) => String(alert)).sort(),
		);
		const ends = new Set(
			onsets.filter(({ until }) => until).map(({ alert }) => alert),
		);
		expect(ends.size).toBeGreaterThanOrEqual(6);
	});

	test("in some nothing fires", () => {
		const quiet = stories.filter(({ onsets }) => onsets.length === 0);
		expect(quiet.map((story) => story.name)).toEqual([
			"all is well",
			"a collection takes as long as it may",
			"the disk is as full as it may be",
			"a sync replaces the files one after the other",
		]);
		for (const { looks } of quiet) expect(looks?.length).toBeGreaterThan(0);
	});

	test("they follow the thresholds", () => {
		const later = hostStories({
			...HOST,
			thresholds: { bundleFor: HOST_THRESHOLDS.bundleFor + 3600 },
		});
		const at = (all: typeof stories) =>
			all.find((story) => story.name === "nobody compares the files")?.onsets[0]
				?.at;
		expect(Number(at(later)) - Number(at(stories))).toBe(3600);
	});
});

test("of the alerts on one registry's collection the worst speaks, of the same registry only", () => {
	const [, lost, failed] = inhibitRules();
	expect(lost).toEqual({
		source_matchers: ['alertname="RegistryGCLost"'],
		target_matchers: ['alertname="RegistryGCFailed"'],
		equal: ["instance", "registry"],
	});
	expect(failed?.source_matchers).toEqual(['alertname="RegistryGCFailed"']);
	expect(failed?.target_matchers).toEqual(['alertname="RegistryGCStale"']);
});

test("files of their own, and in the carriers behind the registries' group", () => {
	const props = { ...watching({ registry: HUB }), host: HOST, drift: {} };
	const files = alertFiles({
		...props,
		pushgateway: "http://push:9091",
		prometheusRule: { namespace: "monitoring" },
	});
	const read = (file: string) => parse(files[`alerts/${file}`] ?? "");
	const groups = alertGroups(props).map(ruleGroup);
	expect(groups.map((group) => group.name)).toEqual([
		"Registry integrity",
		"Registry host",
		"Infrastructure Drift",
	]);
	expect(read("registry-host.rules.yml").groups).toEqual([groups[1]]);
	expect(read("infrastructure-drift.rules.yml").groups).toEqual([groups[2]]);
	expect(read("prometheus-rule.yaml").spec.groups).toEqual(groups);
	expect(
		read("chart-values.yaml").serverFiles["alerting_rules.yml"].groups,
	).toEqual(groups);
	expect(read("registry-host.rules.test.yml").rule_files).toEqual([
		"registry-host.rules.yml",
	]);
});
