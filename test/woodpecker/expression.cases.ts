import fc from "fast-check";
import {
	ExpressionError,
	parseExpression,
} from "../../lib/woodpecker/expression";
import { renderGuard } from "../../lib/woodpecker/guard";

const evaluate = (text: string, variables: Record<string, string> = {}) =>
	parseExpression(text).evaluate(new Map(Object.entries(variables)));

/** Each row was seen in woodpecker-cli 3.17 (`exec --pipeline-event manual --env ...`). */
test.each([
	['ISSUE_NUMBER != ""', {}, false],
	['ISSUE_NUMBER != ""', { ISSUE_NUMBER: "5" }, true],
	['(ISSUE_NUMBER ?? "") != ""', {}, false],
	['ISSUE_NUMBER == ""', {}, true],
	[
		'(ISSUE_NUMBER ?? "") == "" && WORKFLOW in ["a","b"]',
		{ WORKFLOW: "a" },
		true,
	],
	[
		'(ISSUE_NUMBER ?? "") == "" && WORKFLOW in ["a","b"]',
		{ ISSUE_NUMBER: "5", WORKFLOW: "a" },
		false,
	],
	['not (FOO != "")', {}, true],
	['not (FOO != "")', { FOO: "1" }, false],
	['FOO == "a" and not (BAR == "b")', { FOO: "a" }, true],
	['FOO not in ["a"]', { FOO: "a" }, false],
	['FOO not contains "x"', { FOO: "y" }, true],
	['"" == FOO ?? "d"', {}, true],
	["FOO == nil", {}, false],
	['FOO contains "x"', { FOO: "1" }, false],
])("%s with %j is %s", (text, variables, wanted) => {
	expect(evaluate(text, variables)).toBe(wanted);
});

test("what Woodpecker refuses, or what is not known here, is said and not guessed", () => {
	for (const text of [
		"!FOO",
		"FOO",
		"len(FOO) > 3",
		'FOO matches "^a"',
		"",
		// refused: not and ?? bind closer than ==
		'not FOO == "1"',
		'!FOO == "1"',
		'not FOO in ["1"]',
		'FOO ?? "" == "1"',
		'"1" in FOO',
		'let == ""',
		// of a meaning that is not known here
		'["1"] == ["1"]',
		'FOO == "\\n"',
		"(",
		'"a" ==',
		"[".repeat(100),
	]) {
		expect(() => evaluate(text, { FOO: "1" })).toThrow(ExpressionError);
	}
});

test("no text throws anything else", () => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			try {
				evaluate(text);
			} catch (error) {
				expect(error).toBeInstanceOf(ExpressionError);
			}
		}),
	);
});

test("a guard reads back as what it says", () => {
	const guard = renderGuard({
		any: [
			{ all: [{ unset: "ISSUE_NUMBER" }, { unset: "WORKFLOW" }] },
			{ equals: ["WORKFLOW", "build-ci-image"] },
		],
	});
	expect(guard).toBe(
		'(ISSUE_NUMBER == "" && WORKFLOW == "") || WORKFLOW == "build-ci-image"',
	);
	expect(evaluate(guard)).toBe(true);
	expect(evaluate(guard, { WORKFLOW: "build-ci-image" })).toBe(true);
	expect(evaluate(guard, { WORKFLOW: "other" })).toBe(false);
	expect(() => renderGuard({ set: "CI_COMMIT_SHA" })).toThrow(
		"wanted a variable of our own",
	);
});
