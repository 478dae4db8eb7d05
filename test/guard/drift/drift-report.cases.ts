import { DRIFT_METRICS } from "../../../lib/guard/contract";
import { driftFamilies } from "../../../lib/guard/drift/drift-families";
import {
	driftEntries,
	driftHead,
	driftLines,
} from "../../../lib/guard/drift/drift-text";
import type { StackRun } from "../../../lib/guard/drift/stack-run";
import { renderExposition } from "../../../lib/guard/exposition";
import { slackText } from "../../../lib/guard/roots/slack-text";

const NOW = 1_800_000_000;
const run = (stack: string, more: Partial<StackRun> = {}): StackRun => ({
	root: { stack, path: `stacks/${stack}`, folder: `/s/${stack}`, kind: "hcl" },
	state: "clean",
	changes: [],
	causes: [],
	firstSeen: undefined,
	...more,
});
const differing = (
	stack: string,
	count: number,
	address = "thing.x",
): StackRun =>
	run(stack, {
		state: "differs",
		causes: ["drift"],
		firstSeen: NOW - 3600 * 60,
		changes: Array.from({ length: count }, (_, i) => ({
			address: `${address}${i}`,
			action: "update",
			causes: ["drift"],
		})),
	});
const message = (runs: readonly StackRun[]) =>
	slackText(driftHead(runs), driftEntries(runs, NOW));

test("every family, with exactly its labels, in the contract's order", () => {
	const families = driftFamilies(
		[
			run("a"),
			differing("b", 1),
			run("c", { state: "error", reason: "x", firstSeen: NOW }),
		],
		NOW,
	);
	expect(families.map(({ name }) => name)).toEqual(
		Object.values(DRIFT_METRICS).map(({ name }) => name),
	);
	for (const { name, series } of families) {
		const { labels } = Object.values(DRIFT_METRICS).find(
			(each) => each.name === name,
		) ?? { labels: [] };
		expect(series.length).toBeGreaterThan(0);
		for (const each of series) expect(Object.keys(each.labels)).toEqual(labels);
	}
	const text = renderExposition(families).replace(/^#.*\n/gm, "");
	expect(text.trim().split("\n")).toEqual([
		'drift_stack_state{stack="a"} 0',
		'drift_stack_state{stack="b"} 1',
		'drift_stack_state{stack="c"} 2',
		`drift_stack_first_seen{stack="b"} ${NOW - 216000}`,
		`drift_stack_first_seen{stack="c"} ${NOW}`,
		'drift_stack_age_hours{stack="a"} 0',
		'drift_stack_age_hours{stack="b"} 60',
		'drift_stack_age_hours{stack="c"} 0',
		'drift_stack_cause_info{stack="b",cause="drift"} 1',
		"drift_stack_count 1",
		"drift_error_count 1",
		"drift_clean_count 1",
		`drift_detection_last_run_timestamp ${NOW}`,
	]);
});

test("a clock that went back makes no negative age", () => {
	const text = renderExposition(
		driftFamilies([run("a", { state: "error", firstSeen: NOW + 99 })], NOW),
	);
	expect(text).toContain('drift_stack_age_hours{stack="a"} 0\n');
});

test("the text has every resource; errors first, then the oldest", () => {
	const runs = [
		differing("b", 20),
		run("z"),
		run("c", { state: "error", reason: "plan: no" }),
	];
	const lines = driftLines(runs, NOW);
	expect(lines[1]).toBe("ERROR    c: plan: no");
	expect(lines[2]).toBe("DIFFERS  b, for 2 days: 20 resources, drift");
	expect(lines.filter((line) => line.startsWith("  update"))).toHaveLength(20);
	expect(lines.at(-1)).toBe("CLEAN    z");
});

describe("the message", () => {
	test("12 stacks with 6 resources, then counts", () => {
		const runs = Array.from({ length: 14 }, (_, i) => differing(`s${i}`, 8));
		const text = message(runs);
		expect(text.match(/^DIFFERS/gm)).toHaveLength(12);
		expect(text.match(/^ {2}update/gm)).toHaveLength(72);
		expect(text.match(/^ {2}and 2 resources more$/gm)).toHaveLength(12);
		expect(text).toMatch(/\nand 2 stacks more\n$/);
		expect(text.length).toBeLessThanOrEqual(3500);
	});

	test.each([1, 12, 300])(
		"never more than 3,500 characters: %i stacks with endless names",
		(count) => {
			const runs = Array.from({ length: count }, (_, i) =>
				differing(`s${i}`, 7, "x".repeat(5000)),
			);
			const text = message(runs);
			expect(text.length).toBeLessThanOrEqual(3500);
			expect(text).toContain("7 resources, drift");
			const shown = text.match(/^DIFFERS/gm)?.length ?? 0;
			const left = Number(/^and (\d+) stack/m.exec(text)?.[1] ?? 0);
			expect(shown + left).toBe(count);
		},
	);

	test("names cannot break a line", () => {
		expect(message([differing("a\nb", 1, "x\u202e\n")])).not.toMatch(
			/\u202e|\nb/,
		);
	});
});
