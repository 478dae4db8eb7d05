import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { AlertGroup } from "../../lib/alerts/alert";
import { alertFiles } from "../../lib/alerts/alert-files";
import {
	type IntegrityAlertsProps,
	integrityAlerts,
} from "../../lib/alerts/integrity-alerts";
import { renderRuleFile } from "../../lib/alerts/rule-file";
import { renderRuleTests } from "../../lib/alerts/rule-tests";
import { THRESHOLDS, type Thresholds } from "../../lib/alerts/thresholds";
import { renderYaml } from "../../lib/yaml";
import { EVERYTHING, FORGEJO, PRIVATE, watching } from "../alerts/watched";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";

const { suite, programs } = requirePrograms("promtool");

const RULES = "rules.yml";

suite("what promtool says about the rendered rules", () => {
	const lab = new Lab();

	/** Writes the files into a folder of their own and runs promtool there; paths in `args` are relative to it. */
	async function promtool(
		name: string,
		files: Readonly<Record<string, string>>,
		...args: readonly string[]
	) {
		const folder = join(lab.folder, name.replaceAll(/\W+/g, "-"));
		mkdirSync(folder, { recursive: true });
		for (const [file, text] of Object.entries(files))
			writeFileSync(join(folder, file.replace("alerts/", "")), text);
		const paths = args.map((arg) =>
			arg.includes(".") ? join(folder, arg) : arg,
		);
		return runProgram(programs.promtool, paths);
	}

	function filesOf(props: IntegrityAlertsProps) {
		return alertFiles({
			...props,
			pushgateway: "http://pushgateway.monitoring:9091",
			prometheusRule: { namespace: "monitoring" },
		});
	}

	lab.test("the rules are valid, without a duplicate", async () => {
		const { code, stdout, stderr } = await promtool(
			"check",
			filesOf(EVERYTHING),
			"check",
			"rules",
			"--lint-fatal",
			"registry-integrity.rules.yml",
		);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		expect(stdout).toContain("SUCCESS: 24 rules found");
	});

	lab.test("chart values and PrometheusRule hold the same groups", async () => {
		const files = filesOf(EVERYTHING);
		const read = (file: string) => parse(files[`alerts/${file}`] ?? "");
		const { groups } = read("registry-integrity.rules.yml");
		expect(read("prometheus-rule.yaml").spec.groups).toEqual(groups);
		const { serverFiles } = read("chart-values.yaml");
		expect(serverFiles["alerting_rules.yml"].groups).toEqual(groups);
	});

	lab.test("scrape configs and rules make a configuration", async () => {
		const files = filesOf(EVERYTHING);
		const scrape = files["alerts/scrape-configs.yml"] ?? "";
		const chart = parse(files["alerts/chart-scrape-values.yaml"] ?? "");
		for (const [name, text] of [
			["scrape", scrape],
			["chart-scrape", `scrape_configs:\n${chart.extraScrapeConfigs}`],
		] as const) {
			const { code, stderr } = await promtool(
				name,
				{
					...files,
					"prometheus.yml": `rule_files: [registry-integrity.rules.yml]\n${text}`,
				},
				"check",
				"config",
				"prometheus.yml",
			);
			expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		}
	});

	const DAILY = { schedule: "7 3 * * *", timezone: "Europe/London" };
	test.each([
		["registry", EVERYTHING],
		["forgejo", EVERYTHING],
		["hub", EVERYTHING],
		["registry", watching({ registry: PRIVATE, ...DAILY, tagsPerRepo: 3 })],
		[
			"forgejo",
			watching({ registry: FORGEJO, schedule: "* * * * *", shards: 2 }),
		],
	])(
		"the stories of %s come true (%#)",
		async (name, props) => {
			const { code, stdout, stderr } = await promtool(
				`stories ${name} ${props.registries.length}`,
				filesOf(props),
				"test",
				"rules",
				`registry-integrity.${name}.rules.test.yml`,
			);
			expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
		},
		180_000,
	);

	describe("the stories notice", () => {
		const sharded = watching({ registry: PRIVATE, shards: 2 });
		const right = integrityAlerts(sharded);

		/** Runs the stories of the right rules against other rules: those that name an alert that differs, and the quiet ones. */
		async function stories(name: string, other: AlertGroup, props = sharded) {
			const changed = integrityAlerts(props)
				.rules.filter(
					(rule, i) => JSON.stringify(rule) !== JSON.stringify(other.rules[i]),
				)
				.map((rule) => rule.alert);
			expect(changed.length).toBeGreaterThan(0);
			const file = parse(renderRuleTests(props, "registry", RULES));
			const tests = file.tests.filter((each: unknown) => {
				const text = JSON.stringify(each);
				// a story in which nothing fires names no alert
				return (
					!text.includes("alertname=\\") ||
					changed.some((alert) => text.includes(`\\"${alert}\\"`))
				);
			});
			expect(tests.length).toBeGreaterThan(0);
			const { code, stdout, stderr } = await promtool(
				name,
				{
					[RULES]: renderRuleFile(other),
					"stories.test.yml": renderYaml({ ...file, tests }),
				},
				"test",
				"rules",
				"stories.test.yml",
			);
			if (code === 0) return "true";
			// and not because the other rules are no rules
			return /^ *exp:/m.test(stdout + stderr) ? "false" : stdout + stderr;
		}

		test("nothing where nothing but a text differs", async () => {
			const [first, ...rest] = right.rules;
			if (!first) throw new Error("no rules");
			const other = {
				...right,
				rules: [{ ...first, summary: "other" }, ...rest],
			};
			expect(await stories("same", other)).toBe("true");
		}, 60_000);

		test.each(Object.keys(THRESHOLDS) as (keyof Thresholds)[])(
			"another %s",
			async (key) => {
				const old = THRESHOLDS[key];
				const value = key.endsWith("Ratio")
					? old * 0.8
					: key.endsWith("Gaps")
						? old + 1
						: // a window that is only longer sees the same
							key.endsWith("Window")
							? 30
							: old + 600;
				const other = integrityAlerts({
					...sharded,
					thresholds: { [key]: value },
				});
				expect(await stories(key, other)).toBe("false");
			},
			60_000,
		);

		test.each<[string, RegExp, string]>([
			[
				"a shard that stops, hidden by the others",
				/min (by \(job, instance\) \(registry_manifest_integrity_last_run)/g,
				"max $1",
			],
			[
				"a blind shard, hidden by the others",
				/min (by \(job, instance\) \(registry_manifest_integrity_catalog)/g,
				"max $1",
			],
			[
				"failures of one shard only",
				/sum (by \(job, instance\) \(registry_manifest_integrity_failures)/g,
				"min $1",
			],
			["a missing shard", /\n *or\n *count by .*/g, ""],
			["a probe that never ran", /^absent\(.*\)$/gm, "vector(0) > 1"],
			[
				"an outage told on after the probe stopped",
				/\nand on \(job, instance\)\n.*/g,
				"",
			],
			["a cache that never hit", /\n *or\n *0 \*.*/g, ""],
			["a target that is gone", /\nor\nabsent\(up.*/g, ""],
			[
				"the catalog of the day, forgotten",
				/max_over_time\(\((.*)\)\[.*\]\)/g,
				"($1)",
			],
		])(
			"%s",
			async (name, pattern, replacement) => {
				const rules = right.rules.map((rule) => ({
					...rule,
					expr: rule.expr.replace(pattern, replacement),
				}));
				expect(await stories(name, { ...right, rules })).toBe("false");
			},
			60_000,
		);

		test("a rule that looks at another registry's series", async () => {
			const two = watching({ registry: PRIVATE }, { registry: FORGEJO });
			const group = integrityAlerts(two);
			const pins = /job="[^"]*",instance="[^"]*"/g;
			const rules = group.rules.map((rule) =>
				rule.alert === "RegistryManifestIntegrityFailure"
					? { ...rule, expr: rule.expr.replace(pins, 'job=~".+"') }
					: rule,
			);
			expect(await stories("unpinned", { ...group, rules }, two)).toBe("false");
		}, 60_000);
	});
});
