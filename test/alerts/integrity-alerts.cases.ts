import { existsSync } from "node:fs";
import { ALERTS, type AlertName, type AlertRule } from "../../lib/alerts/alert";
import { CACHE_FAMILIES } from "../../lib/alerts/cache-families";
import { renderDuration } from "../../lib/alerts/duration";
import { integrityAlerts } from "../../lib/alerts/integrity-alerts";
import type { Thresholds } from "../../lib/alerts/thresholds";
import type { WatchedRegistry } from "../../lib/alerts/watch";
import { METRICS } from "../../lib/guard/contract";
import { EVERYTHING, FORGEJO, HUB, PRIVATE, watching } from "./watched";

const { rules } = integrityAlerts(EVERYTHING);

function alertsOf(watched: WatchedRegistry): readonly AlertRule[] {
	return integrityAlerts(watching(watched)).rules;
}

function only(watched: WatchedRegistry, name: AlertName): AlertRule {
	const [rule, ...more] = alertsOf(watched).filter((r) => r.alert === name);
	if (!rule || more.length > 0) throw new Error(`${name}: not exactly one`);
	return rule;
}

/** Every PromQL text of a rule: the expression, and the queries of its templates. */
function queries(rule: AlertRule): string[] {
	const text = `${rule.summary} ${rule.description}`;
	const inText = [...text.matchAll(/query `([^`]*)`/g)].map(([, q]) =>
		String(q),
	);
	return [rule.expr, ...inText];
}

/** The alert table of the contract, with S = 15 minutes. */
const TABLE: readonly (readonly [AlertName, string, string])[] = [
	["RegistryManifestIntegrityFailure", "30m", "critical"],
	["RegistryBrokenImageInUse", "0m", "critical"],
	["RegistryIntegrityProbeStale", "15m", "warning"],
	["RegistryIntegrityProbeNeverRan", "30m", "warning"],
	["RegistryIntegrityNotCompleting", "15m", "warning"],
	["RegistryCatalogInaccessible", "15m", "critical"],
	["RegistryIntegrityProbeInconclusive", "45m", "warning"],
	["RegistryIntegrityCoverageLow", "45m", "warning"],
	["RegistryCatalogShrank", "30m", "warning"],
	["RegistryTLSExpiring", "1h", "warning"],
	["DockerRegistryDown", "10m", "warning"],
	["RegistryLowCacheHitRate", "12h", "info"],
];

describe("the alert table", () => {
	test("names, waits and severities are the contract's", () => {
		const got = alertsOf({ registry: PRIVATE }).map((rule) => [
			rule.alert,
			renderDuration(rule.for),
			rule.severity,
		]);
		expect(got).toEqual(TABLE);
		expect(Object.keys(ALERTS).slice(0, TABLE.length)).toEqual(
			TABLE.map(([name]) => name),
		);
	});

	test("waits and ages follow the longest gap of the schedule", () => {
		const daily = { registry: PRIVATE, schedule: "7 3 * * *" };
		const seconds = 86_400;
		const wait = (name: AlertName) => only(daily, name).for / seconds;
		expect(wait("RegistryIntegrityProbeNeverRan")).toBe(2);
		expect(wait("RegistryIntegrityProbeInconclusive")).toBe(3);
		expect(wait("RegistryIntegrityCoverageLow")).toBe(3);
		const expr = (name: AlertName) => only(daily, name).expr;
		expect(expr("RegistryIntegrityProbeStale")).toMatch(/> 345600$/);
		expect(expr("RegistryCatalogInaccessible")).toContain("<= 345600)");
		expect(expr("RegistryIntegrityNotCompleting")).toContain("> 691200");
		expect(
			only({ registry: PRIVATE }, "RegistryIntegrityProbeStale").expr,
		).toMatch(/> 3600$/);
		const london = { ...daily, timezone: "Europe/London" };
		expect(only(london, "RegistryIntegrityProbeNeverRan").for).toBe(
			2 * 25 * 3600,
		);
	});

	test("one group, and no two rules of the same name and labels", () => {
		expect(integrityAlerts(EVERYTHING).name).toBe("Registry integrity");
		const keys = rules.map((rule) =>
			[rule.alert, rule.job, rule.instance].join(),
		);
		expect(new Set(keys).size).toBe(rules.length);
		expect(rules).toHaveLength(12 + 10 + 2);
	});
});

describe("which registry has which", () => {
	const names = (watched: WatchedRegistry) =>
		alertsOf(watched).map((rule) => rule.alert);

	test("without a metrics target none on its own metrics", () => {
		const got = names({ registry: FORGEJO });
		expect(got).toHaveLength(10);
		expect(got).not.toContain("DockerRegistryDown");
		expect(got).not.toContain("RegistryLowCacheHitRate");
	});

	test("a cache is not probed", () => {
		expect(names({ registry: HUB })).toEqual([
			"DockerRegistryDown",
			"RegistryLowCacheHitRate",
		]);
		const bare = { ...HUB, metrics: undefined };
		expect(names({ registry: bare })).toEqual([]);
	});

	test("a probe that rotates through the tags owes no coverage", () => {
		const got = names({ registry: FORGEJO, tagsPerRepo: 5 });
		expect(got).toHaveLength(9);
		expect(got).not.toContain("RegistryIntegrityCoverageLow");
	});

	test("3.x and 2.8 count cache hits under different names", () => {
		const at = (registry: typeof HUB) =>
			only({ registry }, "RegistryLowCacheHitRate").expr;
		expect(at(HUB)).toContain("registry_proxy_hits_total{");
		expect(at(HUB)).toContain("registry_proxy_requests_total{");
		expect(at(PRIVATE)).toMatch(
			/registry_storage_cache_total\{[^}]*type="Hit"\}\[15m\]/,
		);
		expect(at(PRIVATE)).toMatch(
			/registry_storage_cache_total\{[^}]*type="Request"\}\[15m\]/,
		);
	});
});

describe("expressions", () => {
	const declared = new Set<string>([
		...Object.values(METRICS).map((metric) => metric.name),
		...Object.values(CACHE_FAMILIES).flatMap(({ hits, requests }) => [
			hits.name,
			requests.name,
		]),
		"up",
	]);

	test.each(
		rules.map((rule) => [`${rule.alert} of ${rule.instance}`, rule] as const),
	)(
		"%s: declared metrics only, each pinned to job and instance",
		(_name, rule) => {
			for (const query of queries(rule)) {
				const selectors = [...query.matchAll(/([a-z_]+)\{([^}]*)\}/g)];
				expect(selectors.length).toBeGreaterThan(0);
				for (const [, metric, matchers] of selectors) {
					expect(declared).toContain(metric);
					expect(matchers).toMatch(
						`job="${rule.job}",instance="${rule.instance}"`,
					);
				}
				// none without braces
				expect(query.match(/registry_[a-z_]+(?![a-z_{])/g)).toBeNull();
			}
		},
	);

	test("labels of the contract only", () => {
		const known = new Set<string>([
			...Object.values(METRICS).flatMap((metric) => [...metric.labels]),
			"job",
			"instance",
			"shard",
			"type",
			"alertname",
		]);
		const used = rules.flatMap((rule) =>
			[
				...`${queries(rule).join(" ")} ${rule.summary} ${rule.description}`.matchAll(
					/abels\.([a-z_]+)|[{,]([a-z_]+)[!=~]+"/g,
				),
			].map(([, inText, inQuery]) => inText ?? inQuery),
		);
		expect(used.length).toBeGreaterThan(100);
		expect(used.filter((label) => !known.has(String(label)))).toEqual([]);
	});

	test("shards: shares are summed, the worst of the rest counts", () => {
		const sharded = { registry: FORGEJO, shards: 3 };
		const expr = (name: AlertName) => only(sharded, name).expr;
		for (const [name, aggregation] of [
			["RegistryManifestIntegrityFailure", "sum"],
			["RegistryIntegrityProbeInconclusive", "sum"],
			["RegistryCatalogShrank", "sum"],
			["RegistryCatalogInaccessible", "min"],
			["RegistryIntegrityProbeStale", "min"],
			["RegistryIntegrityNotCompleting", "min"],
			["RegistryIntegrityCoverageLow", "min"],
			["RegistryTLSExpiring", "min"],
		] as const) {
			expect(expr(name)).toContain(
				`${aggregation} by (job, instance) (registry_`,
			);
			const other = aggregation === "sum" ? "min" : "sum";
			expect(expr(name)).not.toContain(`${other} by`);
		}
		for (const name of [
			"RegistryIntegrityProbeNeverRan",
			"RegistryIntegrityNotCompleting",
		] as const) {
			expect(expr(name)).toMatch(
				/count by \(job, instance\) \([^)]*shard!=""\}\) < 3/,
			);
			expect(expr(name)).toContain("absent(");
			const whole = only({ registry: FORGEJO }, name).expr;
			expect(whole).toContain("absent(");
			expect(whole).not.toContain("count by");
		}
	});
});

describe("texts", () => {
	test("Failure lists ten tags with reason and in-use, those in use first", () => {
		const { description } = only(
			{ registry: PRIVATE },
			"RegistryManifestIntegrityFailure",
		);
		const selector =
			'job="registry-integrity-probe",instance="registry.example:5050"';
		const info = METRICS.brokenTagInfo.name;
		expect(description).toContain(
			`query \`label_replace(topk(10, 2 * ${info}{${selector},in_use="true"} or ${info}{${selector}}), "rank", "last", "in_use", "false|unknown")\` | sortByLabel "tag" | sortByLabel "repository" | sortByLabel "rank"`,
		);
		for (const label of ["repository", "tag", "reason", "in_use"])
			expect(description).toContain(`{{ .Labels.${label} }}`);
	});

	test("CatalogInaccessible names the reason", () => {
		const { summary } = only(
			{ registry: PRIVATE },
			"RegistryCatalogInaccessible",
		);
		expect(summary).toContain(
			`query \`count by (reason) (${METRICS.catalogErrorInfo.name}{`,
		);
		expect(summary).toContain("{{ .Labels.reason }}");
	});

	test("links: the runbook of its name, the dashboard at its registry", () => {
		const rule = only({ registry: PRIVATE }, "RegistryTLSExpiring");
		expect(rule.runbookUrl).toBe(
			"https://runbooks.example/RegistryTLSExpiring",
		);
		expect(rule.dashboardUrl).toBe(
			"https://grafana.example/d/registry-integrity?var-instance=registry.example%3A5050",
		);
	});

	test.each([
		["https://x/runbooks", "https://x/runbooks/DockerRegistryDown"],
		["https://x/runbooks/", "https://x/runbooks/DockerRegistryDown"],
		["https://x/#", "https://x/#DockerRegistryDown"],
		["https://x/?page=", "https://x/?page=DockerRegistryDown"],
	])("runbook base %s", (runbookBase, url) => {
		const [down] = integrityAlerts({
			registries: [{ registry: HUB }],
			runbookBase,
		}).rules;
		expect(down?.runbookUrl).toBe(url);
		expect(down).not.toHaveProperty("dashboardUrl");
	});

	test("every alert has its runbook", () => {
		const missing = Object.keys(ALERTS)
			.map((name) => `docs/runbooks/${name}.md`)
			.filter((file) => !existsSync(file));
		expect(missing).toEqual([]);
	});
});

describe("misuse", () => {
	const registries = [{ registry: FORGEJO }];
	const runbookBase = "https://x/";

	test.each([
		[{ shards: 0 }, "forgejo.shards: got 0, wanted a whole number, 1 or more"],
		[
			{ shards: 1.5 },
			"forgejo.shards: got 1.5, wanted a whole number, 1 or more",
		],
		[
			{ tagsPerRepo: -1 },
			"forgejo.tagsPerRepo: got -1, wanted a whole number, 0 or more",
		],
		[
			{ schedule: "@hourly" },
			'schedule: got "@hourly", wanted five cron fields',
		],
		[{ timezone: "Mars" }, 'timezone: got "Mars", wanted an IANA time zone'],
	])("%j", (change, message) => {
		expect(() => alertsOf({ registry: FORGEJO, ...change })).toThrow(message);
	});

	test("one registry twice", () => {
		expect(() =>
			integrityAlerts(watching(...registries, ...registries)),
		).toThrow(
			'registries: got "forgejo" twice, wanted a name of its own for each',
		);
	});

	test.each([
		[
			{ failureFor: -1 },
			"thresholds.failureFor: got -1, wanted a whole number",
		],
		[
			{ failureFor: 0.5 },
			"thresholds.failureFor: got 0.5, wanted a whole number",
		],
		[
			{ hitRatio: 25 },
			"thresholds.hitRatio: got 25, wanted a share from 0 to 1",
		],
		[{ tlsFor: Number.NaN }, "thresholds.tlsFor: got NaN"],
		[{ failureFr: 1 }, "thresholds: got failureFr, wanted one of failureFor"],
	])("thresholds %j", (thresholds, message) => {
		expect(() =>
			integrityAlerts({
				registries,
				runbookBase,
				thresholds: thresholds as Partial<Thresholds>,
			}),
		).toThrow(message);
	});

	test("thresholds replace the defaults", () => {
		const scaled = integrityAlerts({
			registries,
			runbookBase,
			thresholds: { failureFor: 10, staleFloor: 0 },
		}).rules;
		expect(scaled[0]?.for).toBe(10);
		expect(scaled[2]?.expr).toMatch(/> 3600$/); // four gaps
	});

	test("quotes in an instance stay one PromQL string", () => {
		const odd = { ...FORGEJO, instance: 'a"b\\c' };
		const [rule] = alertsOf({ registry: odd });
		expect(rule?.expr).toContain('instance="a\\"b\\\\c"');
	});
});
