import { scrapeConfigs } from "../../lib/alerts/scrape-configs";
import { renderIntegrityDashboard } from "../../lib/dashboards/integrity-dashboard";
import { METRICS } from "../../lib/guard/contract";
import { children } from "../support/damage";
import { dashboardQueries, namedLabels } from "../support/dashboard";
import { Distribution } from "../support/distribution";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { runGuard } from "../support/guard";
import { multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { privateCa } from "../support/private-ca";
import { Prometheus } from "../support/prometheus";
import { pushContent } from "../support/push";
import { Pushgateway } from "../support/pushgateway";
import { requirePrograms } from "../support/requires";
import { plant } from "../support/storage";

const { suite, programs } = requirePrograms(
	"registry2",
	"openssl",
	"pushgateway",
	"prometheus",
);

const dashboard = JSON.parse(renderIntegrityDashboard());
const BROKEN = "broken.lab.test:5050";
const GONE = "gone.lab.test";

/** One registry with a broken tag and one that does not answer: between them every family of the contract has series. */
suite("every query of the dashboard, on the metrics of real runs", () => {
	const lab = new Lab();
	let prometheus: Prometheus;

	lab.before(async () => {
		const tls = privateCa(programs.openssl, lab.folder, "localhost");
		const registry = await Distribution.start(lab, {
			name: "registry2",
			program: programs.registry2,
			tls,
		});
		const content = multiArch("dashboard");
		await pushContent(registry.target, "team/app", content, "v1");
		const [child = ""] = children(content, content.root);
		plant.missing(registry.storage.revisionLink("team/app", child));
		const gateway = await Pushgateway.start(lab, programs.pushgateway);
		const probe = async (origin: string, instance: string) =>
			runGuard([
				"probe",
				origin,
				"--push",
				gateway.origin,
				"--instance",
				instance,
				"--ca-file",
				tls.caFile,
			]);
		expect(await probe(registry.origin, BROKEN)).toMatchObject({ code: 1 });
		const nowhere = `https://127.0.0.1:${await freePort()}`;
		expect(await probe(nowhere, GONE)).toMatchObject({ code: 3 });
		prometheus = await Prometheus.start(lab, {
			program: programs.prometheus,
			scrapeConfigs: scrapeConfigs({
				pushgateway: gateway.origin,
				registries: [],
			}),
			rules: "groups: []",
		});
		await eventually(
			"both registries scraped",
			() => prometheus.query(METRICS.lastRun.name),
			(series) => series.length === 2,
		);
	});

	lab.test("the runs published every family", async () => {
		const missing: string[] = [];
		for (const { name } of Object.values(METRICS))
			if ((await prometheus.query(name)).length === 0) missing.push(name);
		expect(missing).toEqual([]);
	});

	const queries = dashboardQueries(dashboard, [BROKEN, GONE]);
	for (const { panel, refId, expr } of queries) {
		lab.test(`${panel.id} ${panel.title}, ${refId}`, async () => {
			const answer = await prometheus.query(expr);
			expect(answer.length).toBeGreaterThan(0);
			for (const { labels, value } of answer) {
				expect([BROKEN, GONE]).toContain(labels.instance);
				expect(Number.isFinite(value)).toBe(true);
				expect(Object.keys(labels)).toEqual(
					expect.arrayContaining(namedLabels(panel)),
				);
			}
		});
	}

	lab.test("one chosen registry is shown alone", async () => {
		const [first] = dashboardQueries(dashboard, [GONE]);
		const answer = await prometheus.query(first?.expr ?? "");
		expect(answer.map(({ labels }) => labels.instance)).toEqual([GONE]);
	});

	lab.test("the table names the broken tag, the stat says why", async () => {
		const ask = async (title: string) => {
			const query = queries.find(({ panel }) => panel.title === title);
			return (await prometheus.query(query?.expr ?? "")).map(
				({ labels }) => labels,
			);
		};
		expect(await ask("What is broken")).toEqual([
			{
				instance: BROKEN,
				repository: "team/app",
				tag: "v1",
				reason: "missing",
				in_use: "unknown",
				image: expect.stringMatching(/\/team\/app:v1$/),
			},
		]);
		expect(await ask("Why the catalog cannot be read")).toEqual([
			{ instance: GONE, reason: "network" },
		]);
	});

	lab.test("the variable offers both registries", async () => {
		const url = `${prometheus.origin}/api/v1/label/instance/values?match[]=${METRICS.lastRun.name}`;
		const { data } = (await (await fetch(url)).json()) as { data: string[] };
		expect(data.sort()).toEqual([BROKEN, GONE]);
	});
});
