import { parseNginx } from "../../lib/registry-host/lint/parse-nginx";

describe("nginx configuration", () => {
	test("words, quotes, escapes, comments, variables in braces, lines", () => {
		expect(
			parseNginx(`# first
user nginx; # behind
log_format main '$remote_addr "$request"'
  "a # no comment; {"
  \${x}y$z;
location ~ ^/v2/[^/]+\\.\\{x\\}$ { return 200 "a\\"b\\\\c\\n"; }
`),
		).toEqual([
			{ name: "user", args: ["nginx"], line: 2 },
			{
				name: "log_format",
				args: [
					"main",
					'$remote_addr "$request"',
					"a # no comment; {",
					`\${x}y$z`,
				],
				line: 3,
			},
			{
				name: "location",
				args: ["~", "^/v2/[^/]+\\.\\{x\\}$"],
				line: 6,
				block: [{ name: "return", args: ["200", 'a"b\\c\\n'], line: 6 }],
			},
		]);
	});

	test("a block of Lua is not looked into; its strings and comments may hold braces", () => {
		const [access, after] = parseNginx(`access_by_lua_block {
  local a = "}" -- }
  local b = [[ } ]]
  if a then return { b = '}' } end
  --[[ } ]]
}
return 204;`);
		expect(access).toMatchObject({ name: "access_by_lua_block", block: [] });
		expect(after).toEqual({ name: "return", args: ["204"], line: 7 });
	});

	test.each([
		["http {\nserver {\n}", 1, "got a { that is not closed"],
		["}", 1, "got }, wanted a directive"],
		["http { }\n}", 2, "got }, wanted a directive"],
		["http {\nlisten 80\n}", 2, "got listen without ; at its end"],
		["a b", 1, "got a without ; at its end"],
		["a\n'b;", 2, "got a ' that is not closed"],
		["a_by_lua_block { '}' ", 1, "got a { that is not closed"],
	])("%j", (text, line, message) => {
		expect(() => parseNginx(text)).toThrow(
			expect.objectContaining({ line, message }),
		);
	});

	test.each([
		["10,000 long brackets", "a_by_lua_block { ", "[[ ", 1e4, /not closed/],
		["200 blocks", "", "a {", 200, /more than 100 blocks inside each other/],
	])("%s inside each other", (_name, before, text, times, message) => {
		expect(() => parseNginx(before + text.repeat(times))).toThrow(message);
	});
});
