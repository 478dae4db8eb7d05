import { plainStack } from "../../../lib/guard/changed/digest";
import { blocksIn, stringsIn } from "../../../lib/guard/changed/terraform-text";

describe("pieces of HCL", () => {
	test("a block ends at its own brace, whatever strings hold", () => {
		const body = `\n  a = "}"\n  b = { c = "\${x["d"]}" }\n`;
		expect(
			blocksIn(`backend "pg" {${body}}\nother {}`, /\bbackend\s+"(\w+)"\s*\{/),
		).toEqual([{ label: "pg", body }]);
	});
	test("several, and one that never ends", () => {
		const found = blocksIn('a "x" { 1 } a "y" { 2', /a "(\w)" \{/);
		expect(found).toEqual([
			{ label: "x", body: " 1 " },
			{ label: "y", body: " 2" },
		]);
	});
	test("strings, with what is escaped in them", () => {
		expect(stringsIn('a = "x" + "y\\"z"')).toEqual(["x", 'y\\"z']);
	});
});

test("a synthesized stack is the same whoever wrote it down", () => {
	const one =
		'{"//": {"metadata": {"version": "0.21"}}, "b": [{"//": 1, "c": 1}], "a": 2}';
	const two =
		'{"a": 2, "b": [{"c": 1, "//": {"x": 1}}], "//": {"metadata": {"version": "0.22"}}}';
	expect(plainStack(one)).toBe(plainStack(two));
	expect(plainStack(one)).not.toBe(plainStack(two.replace('"c": 1', '"c": 2')));
});
