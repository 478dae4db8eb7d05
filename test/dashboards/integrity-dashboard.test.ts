import { integrityAlerts } from "../../lib/alerts/integrity-alerts";
import { dashboardFiles } from "../../lib/dashboards/dashboard-files";
import {
	DASHBOARD_UID,
	renderIntegrityDashboard,
} from "../../lib/dashboards/integrity-dashboard";
import { METRICS } from "../../lib/guard/contract";
import { EVERYTHING } from "../alerts/watched";
import { type DashboardJson, namedLabels } from "../support/dashboard";

const text = renderIntegrityDashboard();
const dashboard: DashboardJson = JSON.parse(text);
const { panels } = dashboard;
const targets = panels.flatMap((panel) => panel.targets);

test("freshness first, then what is broken, the certificate and the rest below", () => {
	expect(panels.map((panel) => panel.title)).toEqual([
		"Last run",
		"Last complete run",
		"Catalog",
		"Broken tags",
		"What is broken",
		"Broken tags left out of the table",
		"Why the catalog cannot be read",
		"Certificate ends in",
		"Guard",
		"Broken tags over time",
		"Broken nodes by reason and kind",
		"Inconclusive by reason",
		"Coverage",
		"Run time",
		"What a run looks at",
		"Requests of a run",
		"Bytes read and hashed in a run",
	]);
	for (const panel of panels) expect(panel.description).toMatch(/\.$/);
});

test("panels have numbers of their own and do not overlap", () => {
	expect(new Set(panels.map((panel) => panel.id)).size).toBe(panels.length);
	const taken = new Map<string, string>();
	for (const { title, gridPos } of panels) {
		const { x, y, w, h } = gridPos;
		expect([w > 0, h > 0, x >= 0, x + w <= 24]).toEqual([
			true,
			true,
			true,
			true,
		]);
		for (let column = x; column < x + w; column++) {
			for (let row = y; row < y + h; row++) {
				expect(taken.get(`${column} ${row}`)).toBeUndefined();
				taken.set(`${column} ${row}`, title);
			}
		}
	}
});

test("the data source is the viewer's choice everywhere", () => {
	const chosen = { type: "prometheus", uid: `\${datasource}` };
	expect(dashboard.templating.list[0]).toMatchObject({
		type: "datasource",
		name: "datasource",
		query: "prometheus",
	});
	for (const { datasource } of [...panels, ...targets])
		expect(datasource).toEqual(chosen);
	expect(dashboard.templating.list[1]?.datasource).toEqual(chosen);
	expect(text.match(/"uid": "[^$"]*"/g)).toEqual([`"uid": "${DASHBOARD_UID}"`]);
});

describe("queries", () => {
	const declared = new Set<string>(
		Object.values(METRICS).map((metric) => metric.name),
	);
	const names = targets.flatMap(
		({ expr }) => expr.match(/registry_[a-z_]+/g) ?? [],
	);

	test("only metrics of the contract, of the chosen registries", () => {
		expect(names.filter((name) => !declared.has(name))).toEqual([]);
		for (const { expr } of targets) {
			const selectors = expr.match(/\{[^}]*\}/g);
			expect(new Set(selectors)).toEqual(new Set(['{instance=~"$instance"}']));
		}
	});

	test("no metric of the contract is left out", () => {
		expect([...declared].filter((name) => !names.includes(name))).toEqual([]);
	});

	test("each is told apart within its panel", () => {
		for (const panel of panels) {
			const letters = panel.targets.map((target) => target.refId);
			expect(letters).toEqual(
				["A", "B", "C", "D", "E"].slice(0, letters.length),
			);
			expect(letters.length).toBeGreaterThan(0);
		}
	});

	test("legends and columns name labels that the query keeps", () => {
		for (const panel of panels) {
			for (const label of namedLabels(panel)) {
				for (const { expr } of panel.targets)
					expect(expr).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`));
			}
		}
	});

	test("the registries to choose from are those that were ever probed", () => {
		expect(dashboard.templating.list[1]).toMatchObject({
			name: "instance",
			query: `label_values(${METRICS.lastRun.name}, instance)`,
		});
	});
});

test("alerts link to it with the variable that it has", () => {
	const [rule] = integrityAlerts({
		...EVERYTHING,
		dashboardUrl: `https://grafana.example/d/${DASHBOARD_UID}`,
	}).rules;
	const [, variable] = /\?var-(\w+)=/.exec(rule?.dashboardUrl ?? "") ?? [];
	expect(dashboard.templating.list.map(({ name }) => name)).toContain(variable);
});

test("same props, same bytes; the time after which a run is not fresh colours the age", () => {
	expect(dashboardFiles()).toEqual({
		"dashboards/registry-integrity.json": text,
	});
	const daily = renderIntegrityDashboard({ freshFor: 90_000 });
	expect(daily).toContain('"value": 90000');
	expect(daily).toContain('"value": 360000');
	expect(text).toContain('"value": 3600');
});
