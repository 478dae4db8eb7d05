import fc from "fast-check";
import { parseGlob } from "../../lib/guard/glob";

test.each([
	["infra-ci", ["infra-ci"], ["infra-ci2", "x/infra-ci", "infra"]],
	["team/*", ["team/app", "team/"], ["team", "team/app/web", "teams/app"]],
	["team/**", ["team/app", "team/app/web"], ["team", "x/team/app"]],
	["**/web", ["team/web", "a/b/web"], ["web", "team/web2"]],
	["*", ["app"], ["team/app"]],
	["**", ["app", "team/app", ""], []],
	["a*c**e", ["ace", "abc/d/e", "acde"], ["a/ce", "abd"]],
	["a.b", ["a.b"], ["axb"]],
])("%s", (glob, yes, no) => {
	const matches = parseGlob(glob);
	expect(yes.filter((name) => !matches(name))).toEqual([]);
	expect(no.filter(matches)).toEqual([]);
});

test("agrees with the regular expression that it stands for", () => {
	const text = fc.stringMatching(/^[ab/]{0,8}$/);
	const glob = fc.stringMatching(/^([ab/]|\*{1,2}){0,6}$/);
	fc.assert(
		fc.property(glob, text, (pattern, name) => {
			const source = pattern
				.replace(/\*\*+/g, "§")
				.replace(/\*/g, "[^/]*")
				.replace(/§/g, ".*");
			expect(parseGlob(pattern)(name)).toBe(
				new RegExp(`^${source}$`).test(name),
			);
		}),
	);
});

test("stars without end cost no time", () => {
	const started = performance.now();
	expect(parseGlob("*a".repeat(60))("a".repeat(255))).toBe(true);
	expect(parseGlob(`${"*a".repeat(60)}b`)("a".repeat(255))).toBe(false);
	expect(performance.now() - started).toBeLessThan(1000);
});
