import fc from "fast-check";
import { parse } from "yaml";
import { renderWorkflow } from "../../lib/woodpecker/render";
import {
	escapeSubstitution,
	finishSubstitution,
	SubstitutionError,
	serverVariable,
	substitute,
} from "../../lib/woodpecker/substitution";
import { shellish } from "../support/shellish";

const env = (name: string) =>
	({ CI_COMMIT_SHA: "0123abcd", NAME: "World", PATH: "a/b/c/d" })[name];

describe("substitute, as the server does it", () => {
	test.each([
		["$${GREETING}", "${GREETING}"],
		["$GREETING stays", "$GREETING stays"],
		["sha ${CI_COMMIT_SHA}", "sha 0123abcd"],
		["${UNKNOWN}", ""],
		["${UNKNOWN:-none}", "none"],
		["${NAME:-none}", "World"],
		["${NAME,,}", "world"],
		["${NAME:1:3}", "orl"],
		["${#NAME}", "5"],
		["${UNKNOWN:-${NAME}}", "World"],
		["${NAME##W}", "orld"],
		["${NAME#*o}", "rld"],
		["${UNKNOWN##v}", ""],
		["${PATH##*/}", "d"],
		["${PATH#*/}", "b/c/d"],
		["${PATH%/*}", "a/b/c"],
		["${PATH%%/*}", "a"],
		["${PATH%x}", "a/b/c/d"],
		["${NAME/o/0}", "W0rld"],
		["${PATH//b/x}", "a/x/c/d"],
		["${PATH//\\//-}", "a-b-c-d"],
		["${PATH/\\//-}", "a-b/c/d"],
		["${NAME/o/a/b}", "Wa/brld"],
		["${NAME#\\W}", "orld"],
		["${PATH##**/}", "d"],
		["${PATH%%/**}", "a"],
		["${NAME:x}", "World"],
		["${NAME: 1}", "World"],
		["${NAME:1:2:3}", "World"],
		["${NAME/#W/w}", "world"],
		["${NAME/%d/t}", "Worlt"],
		["${NAME:-1}", "World"],
		["a\\\\b", "a\\b"],
		["a\\/b", "a/b"],
		["a\\nb", "a\\nb"],
	])("%s becomes %s", (text, wanted) => {
		expect(substitute(text, env)).toBe(wanted);
	});

	test.each([
		"${a[@]}",
		"${!x}",
		"${x?}",
		"${open",
		"${}",
		"${x//a}",
		"${x////-}",
		"${x/#/a}",
		"${x:1:-1}",
	])("%s is refused", (text) => {
		expect(() => substitute(text, env)).toThrow(SubstitutionError);
	});
});

test("what is escaped comes back as it was, whatever it is", () => {
	fc.assert(
		fc.property(shellish, (any) => {
			const text = any.replace(/[\uE000\uE001]/g, "");
			expect(substitute(escapeSubstitution(text), () => "WRONG")).toBe(text);
		}),
	);
});

test("a rendered file is YAML before the substitution too, and says the same after it, whatever its texts are", () => {
	const command = shellish
		.map((text) => text.replace(/[\uE000\uE001]|\p{Cc}(?<!\n)/gu, ""))
		// a text that ends in blanks has no literal block
		.filter((text) => !/\n\s*$/.test(text));
	fc.assert(
		fc.property(fc.array(command, { minLength: 1 }), (commands) => {
			const text = renderWorkflow(
				{
					name: "a",
					when: [{ event: "push" }],
					steps: [{ name: "a", image: "a:1.0", commands }],
				},
				"x",
			);
			parse(text);
			expect(parse(substitute(text, () => "WRONG")).steps[0].commands).toEqual(
				commands,
			);
		}),
		{ numRuns: 30 },
	);
});

test("a server variable is put in, the shell's own stays, also side by side", () => {
	const rendered = finishSubstitution(
		`echo \${HOME} $${serverVariable("CI_COMMIT_SHA")}`,
	);
	expect(substitute(rendered, env)).toBe("echo ${HOME} $0123abcd");
	expect(
		substitute(finishSubstitution(serverVariable("CI_COMMIT_SHA", 4)), env),
	).toBe("0123");
});
