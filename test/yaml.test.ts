import fc from "fast-check";
import { parse } from "yaml";
import { renderYaml } from "../lib/yaml";

describe("renderYaml", () => {
	test("what it renders reads back, as YAML 1.2 and as 1.1", () => {
		const word = fc.oneof(
			fc.string({ unit: "grapheme" }),
			fc.constantFrom(
				"no",
				"Y",
				"0o10",
				"12:30:45",
				"1_000",
				"<<",
				"0x1f",
				"1e3",
				".inf",
				"2001-01-01",
				"- a",
				"a: b",
				"# a",
				"a #b",
				" a ",
				"a\n",
				"\n\na\n b\n",
				"\ta\n\tb",
				"%{if}",
				`\${a}`,
				"'",
				'"',
				"\\n",
				"\u2028",
				"\u0085",
				"|",
				">",
				"*a",
				"&a",
				"!a",
				"@a",
				"`a",
			),
		);
		const value = fc.letrec((tie) => ({
			node: fc.oneof(
				{ depthSize: "small" },
				word,
				fc.integer(),
				fc.boolean(),
				fc.constant(null),
				fc.array(tie("node"), { maxLength: 4 }),
				fc.dictionary(word, tie("node"), { maxKeys: 4 }),
			),
		})).node;
		fc.assert(
			fc.property(value, (data) => {
				const text = renderYaml({ data });
				expect(parse(text)).toEqual({ data });
				// 1.1 readers take more words for something else than a text
				expect(parse(text, { version: "1.1" })).toEqual({ data });
			}),
			{ numRuns: 100 },
		);
	});

	test("lines stay lines, long lines stay one, risky words are quoted, nothing is an alias", () => {
		const shared = { on: "off" };
		const long = "word ".repeat(40).trim();
		expect(
			renderYaml(
				{ script: "a\n\tb\n", long, version: "1.10", a: shared, b: shared },
				["Made by hand.", "Edit it."],
			),
		).toBe(
			`# Made by hand.\n# Edit it.\nscript: |\n  a\n  \tb\nlong: ${long}\nversion: "1.10"\na:\n  "on": "off"\nb:\n  "on": "off"\n`,
		);
	});
});
