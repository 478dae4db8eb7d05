import type { Figure } from "../../bench/benchmark";
import { isMet } from "../../bench/benchmark";
import { renderResult, renderTable } from "../../bench/markdown";

describe("tables", () => {
	test("columns line up, pipes are escaped, gaps are filled", () => {
		const text = renderTable({
			title: "Them:",
			columns: ["what", "n"],
			rows: [["a|b", "10"], ["long enough"]],
		});
		expect(text.split("\n")).toEqual([
			"Them:",
			"",
			"| what        | n   |",
			"|-------------|-----|",
			"| a\\|b        | 10  |",
			"| long enough |     |",
		]);
	});
});

describe("figures", () => {
	const figure = (value: number, rest: Partial<Figure>): Figure => ({
		name: "x",
		value,
		...rest,
	});

	test.each([
		[figure(1.05, { atMost: 1.05 }), true],
		[figure(1.051, { atMost: 1.05 }), false],
		[figure(Number.NaN, { atMost: 1.05 }), false],
		[figure(4, { exactly: 4 }), true],
		[figure(3, { exactly: 4 }), false],
		[figure(3, {}), undefined],
	])("%j: %s", (each, met) => expect(isMet(each)).toBe(met));

	test("a missed target is loud, one that was not set says nothing", () => {
		const figures = [
			figure(2, { atMost: 1.5, unit: "s" }),
			figure(10_000, { exactly: 10_000, digits: 0 }),
			figure(7, { digits: 1 }),
		];
		const text = renderResult("walk", { circumstances: ["So."], figures });
		const rows = text.split("\n").slice(-3);
		expect(rows.map((row) => row.split("|").map((c) => c.trim()))).toEqual([
			["", "x", "2.00 s", "<= 1.50 s", "MISSED", ""],
			["", "x", "10000", "10000", "met", ""],
			["", "x", "7.0", "", "", ""],
		]);
	});
});
