import fc from "fast-check";
import { parse } from "yaml";
import { renderRuleTests } from "../../lib/alerts/rule-tests";
import {
	PushedGroup,
	type Run,
} from "../../lib/alerts/rule-tests/pushed-group";
import { healthyRun } from "../../lib/alerts/rule-tests/runs";
import { seriesValues } from "../../lib/alerts/rule-tests/series-values";
import { THRESHOLDS } from "../../lib/alerts/thresholds";
import type { WatchedRegistry } from "../../lib/alerts/watch";
import { EVERYTHING, FORGEJO, HUB, PRIVATE, watching } from "./watched";

describe("samples in promtool's notation", () => {
	test.each([
		[[1, 1, 1], "1+0x2"],
		[[0, 5, 10, 15], "0+5x3"],
		[[1, 2], "1 2"],
		[[3, 2, 1], "3 2 1"],
		[[undefined, undefined, 7], "_x2 7"],
		[[7, undefined, undefined, 7], "7 stale _x1 7"],
		[[0, 0, 900, 900], "0+0x1 900+0x1"],
		[[0.5], "0.5"],
	])("%j", (samples, text) => {
		expect(seriesValues(samples)).toBe(text);
	});

	/** As promtool's documentation reads them. */
	function read(text: string): (number | undefined)[] {
		return text.split(" ").flatMap((word) => {
			const [, gaps] = /^_x(\d+)$/.exec(word) ?? [];
			if (gaps) return new Array(Number(gaps)).fill(undefined);
			if (word === "stale") return [undefined];
			const [, start, rise = "0", times = "0"] =
				/^(\d+)(?:\+(\d+)x(\d+))?$/.exec(word) ?? [];
			return Array.from(
				{ length: Number(times) + 1 },
				(_, i) => Number(start) + i * Number(rise),
			);
		});
	}

	test("reads back", () => {
		const sample = fc.option(fc.nat(3), { nil: undefined });
		fc.assert(
			fc.property(
				fc.array(sample, { minLength: 1, maxLength: 30 }),
				(samples) => {
					expect(read(seriesValues(samples))).toEqual(samples);
				},
			),
		);
	});
});

describe("a Pushgateway group, as the contract fills it", () => {
	const healthy = healthyRun(THRESHOLDS);
	const pushed = (...runs: Partial<Run>[]) => {
		const group = new PushedGroup();
		runs.forEach((run, i) => {
			group.push({ ...healthy, ...run }, i + 1);
		});
		return Object.fromEntries(
			[...group].map(([name, labels, value]) => [`${name}${labels}`, value]),
		);
	};
	const tag =
		',repository="app",tag="v1",reason="missing",image="registry/app:v1",in_use="false"';

	test("a complete run replaces everything", () => {
		const got = pushed({ failures: 1 }, {});
		expect(got).toMatchObject({
			failures: 0,
			lastRun: 2,
			lastSuccess: 2,
			catalogAccessible: 1,
		});
		expect(got).not.toHaveProperty([`brokenTagInfo${tag}`]);
	});

	test("a partial run lowers no failure and is no success", () => {
		expect(
			pushed({ failures: 1 }, { outcome: "partial", coverage: 0.5 }),
		).toMatchObject({
			failures: 1,
			[`brokenTagInfo${tag}`]: 1,
			coverageRatio: 0.5,
			lastRun: 2,
			lastSuccess: 1,
		});
	});

	test("a blind run says only that, when, and why", () => {
		const got = pushed(
			{ failures: 1 },
			{ outcome: "blind", repositories: 0, coverage: 0 },
		);
		expect(got).toMatchObject({
			failures: 1,
			catalogAccessible: 0,
			'catalogErrorInfo,reason="network"': 1,
			lastRun: 2,
			lastSuccess: 1,
			repositories: 100,
			coverageRatio: 1,
		});
		expect(Object.keys(pushed({ outcome: "blind" }))).toEqual([
			"lastRun",
			"catalogAccessible",
			'inconclusive,reason="network"',
			'catalogErrorInfo,reason="network"',
		]);
	});
});

describe("the stories", () => {
	type Story = {
		name: string;
		promql_expr_test: { exp_samples: { labels: string }[] }[];
	};
	const read = (watched: WatchedRegistry): Story[] =>
		parse(renderRuleTests(watching(watched), watched.registry.name, "r.yml"))
			.tests;
	const plain = read({ registry: PRIVATE });
	const sharded = read({ registry: FORGEJO, shards: 3 });
	const cache = read({ registry: HUB });
	const told = (stories: readonly Story[]) =>
		new Set(
			stories.flatMap((story) =>
				story.promql_expr_test.flatMap(({ exp_samples }) =>
					exp_samples.map(
						({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1],
					),
				),
			),
		);

	test("every alert of a registry fires in one of them", () => {
		expect(told(plain).size).toBe(12);
		expect(told(sharded).size).toBe(10);
		expect(told(cache).size).toBe(2);
		const rotating = read({ registry: FORGEJO, tagsPerRepo: 5 });
		expect(told(rotating).size).toBe(9);
	});

	test("each looks at the alerts at least once, and has a name of its own", () => {
		for (const stories of [plain, sharded, cache]) {
			for (const story of stories)
				expect(story.promql_expr_test.length).toBeGreaterThan(0);
			const names = new Set(stories.map((story) => story.name));
			expect(names.size).toBe(stories.length);
		}
	});

	test("shards have stories of their own", () => {
		const names = (stories: readonly Story[]) =>
			stories.map(({ name }) => name);
		expect(names(sharded)).toContain("one shard never runs");
		expect(names(plain)).not.toContain("one shard never runs");
	});

	test("an unknown registry", () => {
		expect(() => renderRuleTests(EVERYTHING, "attic", "rules.yml")).toThrow(
			'name: got "attic", wanted one of registry, forgejo, hub',
		);
	});
});
