import { problemsOf, reasonsOf } from "./linting";

const BECAUSE = "because the next release pins it";
const two = (first = "", above = "", top = "") => ({
	"c.yml": `${top}services:
${above}  a:
    image: nginx:alpine${first}
  b:
    image: nginx:alpine
`,
});

describe("silences", () => {
	test.each<[string, Record<string, string>, string[]]>([
		["none", two(), ["c.yml:3 floating-pin", "c.yml:5 floating-pin"]],
		[
			"behind the line: that line",
			two(` # registry-guard: ignore floating-pin ${BECAUSE}`),
			["c.yml:5 floating-pin"],
		],
		[
			"the form of the workflows",
			two(" # lint-ignore floating-pin: the next release pins it"),
			["c.yml:5 floating-pin"],
		],
		[
			"a line of its own: the next line with all below it",
			two("", `  # registry-guard: ignore floating-pin ${BECAUSE}\n`),
			["c.yml:6 floating-pin"],
		],
		[
			"on top: the file",
			two(
				"",
				"",
				`# registry-guard: ignore floating-pin, missing-healthcheck ${BECAUSE}\n`,
			),
			[],
		],
		[
			"another rule",
			two(` # registry-guard: ignore static-upstream ${BECAUSE}`),
			["c.yml:3 floating-pin", "c.yml:5 floating-pin"],
		],
	])("%s", (_, texts, problems) => {
		expect(problemsOf(texts)).toEqual(problems);
	});

	test.each([
		["# registry-guard: ignore floating-pin", "without a reason"],
		["# registry-guard: ignore floating-pin because", "without a reason"],
		["# registry-guard: ignore floating-pin because !!", "without a reason"],
		["# lint-ignore floating-pin", "without a reason"],
		["# registry-guard: ignore", "that names no rule"],
		[
			`# registry-guard: ignore everything ${BECAUSE}`,
			'"everything", which is no rule',
		],
	])("%s: silences nothing and is a problem itself", (comment, what) => {
		const texts = two("", "", `${comment}\n`);
		expect(problemsOf(texts)).toEqual(
			[
				"c.yml:1 silence-without-reason",
				"c.yml:4 floating-pin",
				"c.yml:6 floating-pin",
			].sort(),
		);
		expect(reasonsOf("silence-without-reason", texts)[0]).toContain(what);
	});

	test("in nginx a block, in a crontab the next line", () => {
		const location = (comment: string) => ({
			"nginx.conf": `http {
  server {
    ${comment}
    location /a {
      proxy_pass http://a:1;
    }
    location /b {
      proxy_pass http://b:1;
    }
  }
}
`,
		});
		expect(
			problemsOf(location("# lint-ignore static-upstream: it never moves")),
		).toEqual(["nginx.conf:8 static-upstream"]);
		const line =
			"0 3 * * 0 docker exec r registry garbage-collect --dry-run -m c";
		expect(
			problemsOf({
				crontab: `SHELL=/bin/sh\n# lint-ignore gc-delete-untagged: it only lists them\n${line}\n${line}\n`,
			}).filter((each) => each.includes("untagged")),
		).toEqual(["crontab:4 gc-delete-untagged"]);
	});
});
