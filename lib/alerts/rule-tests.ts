import { METRICS, SHARD_LABEL } from "../guard/contract";
import { renderYaml } from "../yaml";
import { CACHE_FAMILIES } from "./cache-families";
import { renderDuration } from "./duration";
import { type IntegrityAlertsProps, isProbed } from "./integrity-alerts";
import { metricsSelector } from "./metrics-alerts";
import { lookTimes } from "./rule-tests/look-times";
import {
	healthyTarget,
	metricsScenarios,
} from "./rule-tests/metrics-scenarios";
import { probeScenarios } from "./rule-tests/probe-scenarios";
import { PushedGroup } from "./rule-tests/pushed-group";
import { healthyRun } from "./rule-tests/runs";
import type { Scenario } from "./rule-tests/scenario";
import { seriesValues } from "./rule-tests/series-values";
import { type Thresholds, thresholdsWith } from "./thresholds";
import { type Watch, watch } from "./watch";

/** Seconds between two samples of a registry's own metrics at most: a rate over minutes needs several. */
const LONGEST_SCRAPE = 300;

interface Subject {
	readonly watch: Watch;
	readonly isProbed: boolean;
}

/** A sample per step, undefined where there is no series. */
type Row = (number | undefined)[];
/** By the series' name and labels. */
type Samples = Map<string, Row>;

/**
 * A `promtool test rules` file about one registry, for the rules of the same props: the stories that its alerts exist
 * for, each with every alert that fires, of this registry and of all others, just before and after it should. Made from
 * the thresholds, the schedule and the contract's push rules, not from the expressions.
 *
 * @param name of the registry.
 * @param ruleFile path of the rule file, from the test file's folder.
 * @throws Error if none of the props' registries has that name.
 */
export function renderRuleTests(
	props: IntegrityAlertsProps,
	name: string,
	ruleFile: string,
	header?: readonly string[],
): string {
	const thresholds = thresholdsWith(props.thresholds);
	const subjects = props.registries.map((watched) => ({
		watch: watch(watched, thresholds),
		isProbed: isProbed(watched),
	}));
	const subject = subjects.find((each) => each.watch.registry.name === name);
	if (subject === undefined) {
		throw new Error(
			`name: got ${JSON.stringify(name)}, wanted one of ${subjects.map((each) => each.watch.registry.name).join(", ")}`,
		);
	}
	const step = evaluationStep(subject.watch.gap);
	const stories = subject.isProbed
		? probeScenarios(subject.watch, thresholds, step)
		: [];
	const own = metricsScenarios(subject.watch.registry, thresholds, step);
	const told = (interval: number) => (scenario: Scenario) =>
		test(scenario, subject, subjects, thresholds, step, interval);
	return renderYaml(
		{
			rule_files: [ruleFile],
			evaluation_interval: renderDuration(step),
			tests: [
				...stories.map(told(step)),
				...own.map(told(Math.min(step, LONGEST_SCRAPE))),
			],
		},
		header,
	);
}

/** A minute, or for rare schedules so much (quarters or whole hours) that all stories together take seconds. */
function evaluationStep(gap: number): number {
	if (gap <= 3600) return 60;
	const wanted = gap / 72;
	return wanted <= 900 ? 900 : Math.ceil(wanted / 3600) * 3600;
}

function test(
	scenario: Scenario,
	subject: Subject,
	subjects: readonly Subject[],
	thresholds: Thresholds,
	step: number,
	interval: number,
) {
	const { registry } = subject.watch;
	const looks = lookTimes(scenario, step);
	const steps = (looks.at(-1) ?? 0) / interval;
	// where nothing is to fire, nothing may be about to either: that shows at once, not after hours
	const state = scenario.onsets.length > 0 ? '{alertstate="firing"}' : "";
	const well: Scenario = { name: "", onsets: [] };
	const series = subjects.flatMap((each) => {
		const story = each === subject ? scenario : well;
		return [
			...(each.isProbed
				? pushed(story, each.watch, thresholds, interval, steps)
				: []),
			...scraped(story, each.watch, interval, steps),
		];
	});
	return {
		name: scenario.name,
		interval: renderDuration(interval),
		input_series: series
			.filter(([, row]) => row.some((sample) => sample !== undefined))
			.map(([name, row]) => ({ series: name, values: seriesValues(row) })),
		promql_expr_test: looks.map((time) => ({
			expr: `count by (alertname, instance) (ALERTS${state})`,
			eval_time: renderDuration(time),
			exp_samples: scenario.onsets
				.filter((onset) => onset.at < time && !((onset.until ?? time) < time))
				.map(({ alert }) => ({
					labels: `{alertname="${alert}", instance=${JSON.stringify(registry.instance)}}`,
					value: 1,
				})),
		})),
	};
}

/** What Prometheus scrapes of a registry's groups from the Pushgateway. */
function pushed(
	{ run = () => ({}), lostAt = Number.POSITIVE_INFINITY }: Scenario,
	{ shards, selector, gap }: Watch,
	thresholds: Thresholds,
	interval: number,
	steps: number,
): Samples {
	const samples: Samples = new Map();
	const healthy = healthyRun(thresholds);
	for (let shard = 0; shard < shards; shard++) {
		const group = new PushedGroup();
		const label = shards > 1 ? `,${SHARD_LABEL}="${shard}"` : "";
		let firing = 0;
		let isLost = false;
		let held: { row: Row; value: number }[] = [];
		for (let i = 0; i <= steps; i++) {
			let isChanged = false;
			if (!isLost && i * interval >= lostAt) {
				group.clear();
				isLost = true;
				isChanged = true;
			}
			for (; firing * gap <= i * interval; firing++) {
				const change = run(firing, shard);
				if (change) group.push({ ...healthy, ...change }, firing * gap);
				isChanged = true;
			}
			if (isChanged) {
				held = [...group].map(([name, labels, value]) => {
					const key = `${METRICS[name].name}{${selector}${label}${labels}}`;
					return { row: rowOf(samples, key, steps), value };
				});
			}
			for (const { row, value } of held) row[i] = value;
		}
	}
	return samples;
}

/** What Prometheus scrapes of the registry itself. */
function scraped(
	{ target = healthyTarget }: Scenario,
	{ registry }: Watch,
	interval: number,
	steps: number,
): Samples {
	const samples: Samples = new Map();
	const { metrics } = registry;
	if (metrics === undefined) return samples;
	const selector = metricsSelector(registry);
	const { hits, requests } = CACHE_FAMILIES[metrics.distribution];
	const row = (name: string, labels: string) =>
		rowOf(
			samples,
			`${name}{${[selector, labels].filter(Boolean).join(",")}}`,
			steps,
		);
	const rows = {
		up: row("up", ""),
		hits: row(hits.name, hits.labels),
		requests: row(requests.name, requests.labels),
	};
	for (let i = 0; i <= steps; i++) {
		const now = target(i * interval);
		rows.up[i] = now.up;
		rows.hits[i] = now.hits;
		rows.requests[i] = now.requests;
	}
	return samples;
}

function rowOf(samples: Samples, key: string, steps: number): Row {
	const row =
		samples.get(key) ??
		new Array<number | undefined>(steps + 1).fill(undefined);
	samples.set(key, row);
	return row;
}
