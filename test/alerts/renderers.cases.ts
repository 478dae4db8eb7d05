import { parse } from "yaml";
import { ALERTS } from "../../lib/alerts/alert";
import { alertFiles } from "../../lib/alerts/alert-files";
import {
	alertChartValues,
	scrapeChartValues,
} from "../../lib/alerts/chart-values";
import { renderDuration } from "../../lib/alerts/duration";
import { inhibitRules } from "../../lib/alerts/inhibition";
import { integrityAlerts } from "../../lib/alerts/integrity-alerts";
import { prometheusRule } from "../../lib/alerts/prometheus-rule";
import { ruleGroup } from "../../lib/alerts/rule-group";
import { scrapeConfigs } from "../../lib/alerts/scrape-configs";
import { EVERYTHING, FORGEJO, HUB, PRIVATE, watching } from "./watched";

const group = integrityAlerts(EVERYTHING);
const PUSHGATEWAY = "http://prometheus-prometheus-pushgateway.monitoring:9091";

test("durations, in the largest unit that divides them", () => {
	expect(
		[0, 1, 60, 90, 900, 3600, 5400, 43_200, 86_400, 172_800].map(
			renderDuration,
		),
	).toEqual(["0m", "1s", "1m", "90s", "15m", "1h", "90m", "12h", "1d", "2d"]);
});

test("a rule as Prometheus reads it", () => {
	const { rules } = ruleGroup(group);
	expect(rules[2]).toEqual({
		alert: "RegistryIntegrityProbeStale",
		expr: expect.stringMatching(/^time\(\) - min by/),
		for: "15m",
		labels: {
			severity: "warning",
			job: "registry-integrity-probe",
			instance: "registry.example:5050",
		},
		annotations: {
			summary: expect.any(String),
			description: expect.any(String),
			runbook_url: "https://runbooks.example/RegistryIntegrityProbeStale",
			dashboard_url:
				"https://grafana.example/d/registry-integrity?var-instance=registry.example%3A5050",
		},
	});
	// the operator's schema for `for`
	for (const rule of rules) expect(rule.for).toMatch(/^\d+[dhms]$/);
});

test("a PrometheusRule carries the labels that the operator selects by, or none", () => {
	const labels = { release: "kube-prometheus-stack" };
	expect(prometheusRule(group, { namespace: "monitoring", labels })).toEqual({
		apiVersion: "monitoring.coreos.com/v1",
		kind: "PrometheusRule",
		metadata: { name: "registry-integrity", namespace: "monitoring", labels },
		spec: { groups: [ruleGroup(group)] },
	});
	const plain = prometheusRule(group, {
		name: "other",
		namespace: "monitoring",
	});
	expect(plain.metadata).toEqual({ name: "other", namespace: "monitoring" });
});

test("inhibition: the unreadable catalog, never Stale or NeverRan, per instance; of one collection the worst", () => {
	const [rule, ...more] = inhibitRules();
	expect(more.map(({ equal }) => equal)).toEqual([
		["instance", "registry"],
		["instance", "registry"],
	]);
	expect(rule?.source_matchers).toEqual([
		'alertname="RegistryCatalogInaccessible"',
	]);
	const pattern = new RegExp(
		`^(?:${/=~"(.*)"$/.exec(rule?.target_matchers.join() ?? "")?.[1]})$`,
	);
	expect(Object.keys(ALERTS).filter((name) => pattern.test(name))).toEqual([
		"RegistryManifestIntegrityFailure",
		"RegistryIntegrityNotCompleting",
		"RegistryIntegrityProbeInconclusive",
		"RegistryIntegrityCoverageLow",
		"RegistryCatalogShrank",
	]);
	expect(rule?.equal).toEqual(["instance"]);
});

describe("scrape configs", () => {
	test("the Pushgateway keeps its labels; each metrics target takes its registry's instance", () => {
		const registries = [PRIVATE, FORGEJO, HUB];
		expect(scrapeConfigs({ pushgateway: PUSHGATEWAY, registries })).toEqual([
			{
				job_name: "pushgateway",
				honor_labels: true,
				static_configs: [
					{ targets: ["prometheus-prometheus-pushgateway.monitoring:9091"] },
				],
			},
			{
				job_name: "registry-metrics",
				static_configs: [
					{
						targets: ["10.0.20.10:5001"],
						labels: { instance: "registry.example:5050" },
					},
				],
			},
			{
				job_name: "hub-metrics",
				static_configs: [
					{
						targets: ["10.0.20.10:5003"],
						labels: { instance: "10.0.20.10:5000" },
					},
				],
			},
		]);
	});

	test("the alerts ask for the jobs that are scraped", () => {
		const registries = [PRIVATE, HUB];
		const jobs = scrapeConfigs({ pushgateway: PUSHGATEWAY, registries }).map(
			(config) => config.job_name,
		);
		for (const rule of group.rules.filter(
			({ alert }) => alert === "DockerRegistryDown",
		))
			expect(jobs).toContain(rule.job);
	});

	test("a Pushgateway behind https and a path", () => {
		const [config] = scrapeConfigs({
			pushgateway: "https://push.example/gateway/",
			registries: [],
		});
		expect(config).toEqual({
			job_name: "pushgateway",
			honor_labels: true,
			scheme: "https",
			metrics_path: "/gateway/metrics",
			static_configs: [{ targets: ["push.example"] }],
		});
	});

	test.each([
		"pushgateway:9091",
		"",
		"ftp://push",
		"http://u:p@push:9091",
		"http://push?x=1",
	])("refuses %j", (pushgateway) => {
		expect(() => scrapeConfigs({ pushgateway, registries: [] })).toThrow(
			`pushgateway: got ${JSON.stringify(pushgateway)}, wanted a URL http://host[:port]`,
		);
	});
});

describe("values of the prometheus chart", () => {
	test("rules under serverFiles, inhibition under the Alertmanager's configuration", () => {
		expect(alertChartValues(group)).toEqual({
			serverFiles: { "alerting_rules.yml": { groups: [ruleGroup(group)] } },
			alertmanager: { config: { inhibit_rules: inhibitRules() } },
		});
	});

	test("scrape configs as one text that Helm's tpl leaves as it is", () => {
		const odd = { ...HUB, instance: "{{.Values.x}}" };
		const configs = scrapeConfigs({
			pushgateway: PUSHGATEWAY,
			registries: [odd],
		});
		const { extraScrapeConfigs } = scrapeChartValues(configs);
		expect(extraScrapeConfigs).toContain('{{ "{{" }}.Values.x}}');
		expect(parse(extraScrapeConfigs.replaceAll('{{ "{{" }}', "{{"))).toEqual(
			configs,
		);
	});
});

describe("the files", () => {
	const props = {
		...EVERYTHING,
		pushgateway: PUSHGATEWAY,
		prometheusRule: { namespace: "monitoring" },
	};
	const files = alertFiles(props);

	test("one for each reader, and a test file for each registry", () => {
		expect(Object.keys(files)).toEqual([
			"alerts/registry-integrity.rules.yml",
			"alerts/registry-integrity.registry.rules.test.yml",
			"alerts/registry-integrity.forgejo.rules.test.yml",
			"alerts/registry-integrity.hub.rules.test.yml",
			"alerts/prometheus-rule.yaml",
			"alerts/alertmanager-inhibition.yml",
			"alerts/scrape-configs.yml",
			"alerts/chart-values.yaml",
			"alerts/chart-scrape-values.yaml",
		]);
	});

	test("same props, same bytes; each says that it is generated, and how it is used", () => {
		const small = { ...props, ...watching({ registry: HUB }) };
		expect(alertFiles(small)).toEqual(alertFiles(small));
		for (const text of Object.values(files))
			expect(text).toMatch(/^# Generated by cdktf-registry-guard: .*\n# [A-Z]/);
		const headed = alertFiles({ ...small, header: ["Ours."] });
		expect(headed["alerts/scrape-configs.yml"]).toMatch(
			/^# Ours\.\n# Prometheus/,
		);
	});

	test("they hold what the model holds", () => {
		const read = (name: string) => parse(files[`alerts/${name}`] ?? "");
		expect(read("registry-integrity.rules.yml")).toEqual({
			groups: [ruleGroup(group)],
		});
		expect(read("alertmanager-inhibition.yml")).toEqual({
			inhibit_rules: inhibitRules(),
		});
		expect(read("scrape-configs.yml").scrape_configs[0].honor_labels).toBe(
			true,
		);
		expect(read("registry-integrity.hub.rules.test.yml").rule_files).toEqual([
			"registry-integrity.rules.yml",
		]);
	});
});
