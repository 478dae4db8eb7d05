// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform templates are what this is about

import { TerraformLocal, Token } from "cdktf";
import { literal } from "../../lib/constructs/literal";
import { newStack } from "./synthesized";

describe("literal", () => {
	test.each([
		["${x}", "$${x}"],
		["%{if a}", "%%{if a}"],
		["$${x}", "$$${x}"],
		["%%{x}", "%%%{x}"],
		["$ {x} {y} $x %s 100%", "$ {x} {y} $x %s 100%"],
		["${%{${", "$${%%{$${"],
		['a"b\\c\td\ne\u2028f', 'a"b\\c\td\ne\u2028f'],
		["", ""],
	])("%j", (text, escaped) => {
		expect(literal(text, "text")).toBe(escaped);
	});

	test("walks objects and arrays, keys included, and leaves other values alone", () => {
		expect(
			literal({ "${k}": ["%{v}", 1, true, null, { a: undefined }] }, "tree"),
		).toEqual({ "$${k}": ["%%{v}", 1, true, null, { a: undefined }] });
	});

	const local = new TerraformLocal(newStack(), "local", "x");
	test.each<[string, unknown]>([
		["field", local.expression],
		["field", `text around ${local.asString}`],
		["field", Token.asNumber(local.expression)],
		["field", Token.asList(local.expression)],
		["field.a[1].b", { a: ["x", { b: local.asString }] }],
	])("refuses an unresolved token and names %s", (name, value) => {
		expect(() => literal(value, "field")).toThrow(
			`${name}: got an unresolved token, wanted a literal known at synth time`,
		);
	});
});
