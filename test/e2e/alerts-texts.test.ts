import { integrityAlerts } from "../../lib/alerts/integrity-alerts";
import { renderRuleFile } from "../../lib/alerts/rule-file";
import { scrapeConfigs } from "../../lib/alerts/scrape-configs";
import { METRICS, type MetricName } from "../../lib/guard/contract";
import { renderExposition } from "../../lib/guard/exposition";
import { FORGEJO, PRIVATE, watching } from "../alerts/watched";
import { eventually } from "../support/eventually";
import { Lab } from "../support/lab";
import { Prometheus } from "../support/prometheus";
import { Pushgateway } from "../support/pushgateway";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms("pushgateway", "prometheus");

type Series = { labels: Record<string, string>; value: number };
const one = (value: number, labels: Record<string, string> = {}): Series[] => [
	{ labels, value },
];

/** Twelve broken tags; the two in use come last by name and by age. */
const BROKEN = Array.from({ length: 12 }, (_, i) => {
	const repository = i < 10 ? `app-${i}` : `zoo-${i}`;
	const labels = {
		repository,
		tag: "v1",
		reason: i % 2 ? "missing" : "digest",
		image: `registry.example/${repository}:v1`,
		in_use: i < 10 ? "false" : "true",
	};
	return { labels, value: 1 };
});

/** What Prometheus makes of the templates, which only it can tell: promtool knows no Pushgateway and no scrape. */
suite("texts of alerts, as Prometheus writes them", () => {
	const lab = new Lab();
	let gateway: Pushgateway;
	let prometheus: Prometheus;

	async function push(
		{ probeName, instance }: typeof PRIVATE,
		families: Partial<Record<MetricName, Series[]>>,
	) {
		const text = renderExposition(
			Object.entries(families).map(([name, series]) => ({
				...METRICS[name as MetricName],
				series: series ?? [],
			})),
		);
		const group = Buffer.from(instance).toString("base64url");
		const url = `${gateway.origin}/metrics/job/${probeName}/instance@base64/${group}`;
		const answer = await fetch(url, { method: "PUT", body: text });
		expect([answer.status, await answer.text()]).toEqual([200, ""]);
	}

	const alertsOf = async (name: string, instance: string) =>
		(await prometheus.alerts()).filter(
			({ labels }) => labels.alertname === name && labels.instance === instance,
		);

	async function told(name: string, { instance } = PRIVATE) {
		const [alert] = await eventually(
			`${name} of ${instance}`,
			() => alertsOf(name, instance),
			(alerts) => alerts.some(({ state }) => state === "firing"),
		);
		if (!alert) throw new Error(name);
		return alert;
	}

	lab.before(async () => {
		gateway = await Pushgateway.start(lab, programs.pushgateway);
		const seconds = Math.floor(Date.now() / 1000);
		await push(PRIVATE, {
			lastRun: one(seconds),
			lastSuccess: one(seconds),
			failures: one(12),
			brokenTagInfo: BROKEN,
			catalogAccessible: one(1),
			tagsChecked: one(60),
			repositories: one(12),
			coverageRatio: one(0.5),
			inconclusive: [
				...one(30, { reason: "throttled" }),
				...one(10, { reason: "auth" }),
				...one(0, { reason: "dns" }),
			],
			tlsNotAfter: one(seconds + 5 * 86_400),
		});
		await push(FORGEJO, {
			lastRun: one(seconds),
			catalogAccessible: one(0),
			catalogErrorInfo: one(1, { reason: "auth" }),
			inconclusive: one(1, { reason: "auth" }),
		});
		const registries = [{ registry: PRIVATE }, { registry: FORGEJO }];
		const group = integrityAlerts(watching(...registries));
		// what is read here is the text, not the patience
		const rules = group.rules.map((rule) => ({ ...rule, for: 0 }));
		prometheus = await Prometheus.start(lab, {
			program: programs.prometheus,
			scrapeConfigs: scrapeConfigs({
				pushgateway: gateway.origin,
				registries: [],
			}),
			rules: renderRuleFile({ ...group, rules }),
		});
	});

	lab.test(
		"Failure names ten of twelve broken tags, those in use first",
		async () => {
			const { labels, annotations } = await told(
				"RegistryManifestIntegrityFailure",
			);
			expect(labels).toEqual({
				alertname: "RegistryManifestIntegrityFailure",
				severity: "critical",
				job: "registry-integrity-probe",
				instance: PRIVATE.instance,
			});
			expect(annotations.summary).toBe("registry.example:5050: 12 broken tags");
			const [, ...lines] = annotations.description?.split("\n- ") ?? [];
			expect(lines).toHaveLength(10);
			expect(lines.slice(0, 2)).toEqual([
				"zoo-10:v1 (digest, in use: true)",
				"zoo-11:v1 (missing, in use: true)",
			]);
			const rest = lines.slice(2);
			expect([...rest].sort()).toEqual(rest);
			for (const line of lines)
				expect(line).toMatch(
					/^(app|zoo)-\d+:v1 \((digest|missing), in use: (true|false)\)$/,
				);
			expect(annotations.runbook_url).toBe(
				"https://runbooks.example/RegistryManifestIntegrityFailure",
			);
		},
	);

	lab.test("each broken image in use is an alert of its own", async () => {
		await told("RegistryBrokenImageInUse");
		const alerts = await alertsOf("RegistryBrokenImageInUse", PRIVATE.instance);
		expect(alerts.map(({ annotations }) => annotations.summary).sort()).toEqual(
			[
				"registry.example/zoo-10:v1 is in use and broken (digest)",
				"registry.example/zoo-11:v1 is in use and broken (missing)",
			],
		);
	});

	lab.test(
		"the unreadable catalog says why, and of which registry",
		async () => {
			const { annotations } = await told(
				"RegistryCatalogInaccessible",
				FORGEJO,
			);
			expect(annotations.summary).toBe(
				"forgejo.example: the catalog cannot be read: auth",
			);
			expect(annotations.description).toContain("Reason: auth.");
			expect(
				await alertsOf("RegistryCatalogInaccessible", PRIVATE.instance),
			).toEqual([]);
		},
	);

	lab.test("numbers are readable", async () => {
		const inconclusive = await told("RegistryIntegrityProbeInconclusive");
		expect(inconclusive.annotations.summary).toContain(
			"40% could not be looked at",
		);
		expect(inconclusive.annotations.description).toContain(
			"neither damage nor health: auth 10 throttled 30.",
		);
		const coverage = await told("RegistryIntegrityCoverageLow");
		expect(coverage.annotations.summary).toContain("only 50% of the tags");
		const tls = await told("RegistryTLSExpiring");
		expect(tls.annotations.summary).toMatch(
			/the certificate ends in 4d 23h \d+m \d+s$/,
		);
	});

	lab.test("no template failed", async () => {
		const texts = (await prometheus.alerts()).flatMap(({ annotations }) =>
			Object.values(annotations),
		);
		expect(texts.length).toBeGreaterThan(20);
		expect(
			texts.filter((text) => /error|<no value>|\{\{|%!/i.test(text)),
		).toEqual([]);
	});

	lab.test("which alerts fire at all, of either registry", async () => {
		const names = async (instance: string) =>
			[
				...new Set(
					(await prometheus.alerts())
						.filter(({ labels }) => labels.instance === instance)
						.map(({ labels }) => labels.alertname),
				),
			].sort();
		// nobody scrapes the registry itself here
		expect(await names(PRIVATE.instance)).toEqual([
			"DockerRegistryDown",
			"RegistryBrokenImageInUse",
			"RegistryIntegrityCoverageLow",
			"RegistryIntegrityProbeInconclusive",
			"RegistryManifestIntegrityFailure",
			"RegistryTLSExpiring",
		]);
		expect(await names(FORGEJO.instance)).toEqual([
			"RegistryCatalogInaccessible",
			"RegistryIntegrityNotCompleting",
		]);
	});
});
