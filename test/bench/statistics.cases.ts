import { median, spread } from "../../bench/statistics";

test.each([
	[[3], 3],
	[[3, 1, 2], 2],
	[[4, 1, 10, 2], 3],
])("median of %j is %d", (values, middle) =>
	expect(median(values)).toBe(middle),
);

test("median of nothing is refused", () => {
	expect(() => median([])).toThrow("wanted at least one");
});

test("a spread names the median and its range", () => {
	expect(spread([0.5, 2, 1])).toBe("1.00 (0.50-2.00)");
});
