import { parseChallenges } from "../../lib/oci/auth/challenge";
import { nextLink } from "../../lib/oci/http/link";
import { redirectTarget } from "../../lib/oci/http/redirect";
import { retryAfter } from "../../lib/oci/http/retry-after";

const challenges = (header: string) =>
	parseChallenges(header).map(({ scheme, parameters }) => [
		scheme,
		Object.fromEntries(parameters),
	]);

describe("parseChallenges", () => {
	test.each([
		['Basic realm="x"', [["basic", { realm: "x" }]]],
		[
			'Bearer realm="https://a/t",service="s",scope="repository:a:pull,push"',
			[
				[
					"bearer",
					{
						realm: "https://a/t",
						service: "s",
						scope: "repository:a:pull,push",
					},
				],
			],
		],
		// several in one header, and as Node joins several headers
		[
			'Negotiate, Bearer realm="r", Basic realm="a, b"',
			[
				["negotiate", {}],
				["bearer", { realm: "r" }],
				["basic", { realm: "a, b" }],
			],
		],
		[
			'NTLM TlRMTVNTUA==, BASIC  REALM = "x"',
			[
				["ntlm", {}],
				["basic", { realm: "x" }],
			],
		],
		['Bearer realm="a\\"b\\\\c"', [["bearer", { realm: 'a"b\\c' }]]],
		[
			"Basic realm=token, charset=UTF-8",
			[["basic", { realm: "token", charset: "UTF-8" }]],
		],
		['Basic realm="first", realm="second"', [["basic", { realm: "first" }]]],
		[", ,Basic", [["basic", {}]]],
		['Basic realm="never closed', [["basic", {}]]],
		['realm="no scheme"', []],
		["", []],
		["\u0000\u0001", []],
		["Basic __proto__=x", [["basic", { ["__proto__"]: "x" }]]],
	])("%j", (header, wanted) => {
		expect(challenges(header)).toEqual(wanted);
	});

	test("is bounded in what it reads and gives", () => {
		expect(parseChallenges("a,".repeat(100_000))).toHaveLength(16);
	});
});

describe("nextLink", () => {
	test.each([
		['</v2/_catalog?last=b&n=2>; rel="next"', "/v2/_catalog?last=b&n=2"],
		["</next>;rel=next", "/next"],
		['</a>; rel="prev", </b,c>; title="x, y"; REL = "last Next"', "/b,c"],
		['</a>; rel="nextish"', undefined],
		['</a>; rel="prev"', undefined],
		["</a>", undefined],
		["", undefined],
		[undefined, undefined],
		["<<<<", undefined],
	])("%j", (header, wanted) => {
		expect(nextLink(header)).toBe(wanted);
	});
});

describe("retryAfter", () => {
	const now = Date.parse("Wed, 21 Oct 2015 07:28:00 GMT");
	test.each([
		[{ "retry-after": "120" }, 120_000],
		[{ "retry-after": "0" }, 0],
		[{ "retry-after": "Wed, 21 Oct 2015 07:28:30 GMT" }, 30_000],
		[{ "retry-after": "Wednesday, 21-Oct-15 07:28:30 GMT" }, 30_000],
		[{ "retry-after": "Wed Oct 21 07:28:30 2015" }, 30_000],
		[{ "retry-after": "Wed, 21 Oct 2015 07:27:00 GMT" }, 0],
		// a server whose clock is an hour ahead still means ten seconds
		[
			{
				"retry-after": "Wed, 21 Oct 2015 08:28:10 GMT",
				date: "Wed, 21 Oct 2015 08:28:00 GMT",
			},
			10_000,
		],
		[{ "retry-after": "soon" }, undefined],
		[{ "retry-after": "-1" }, undefined],
		[{ "retry-after": "1.5" }, undefined],
		[{ "retry-after": "9".repeat(400) }, undefined],
		[{}, undefined],
	])("%j", (headers, wanted) => {
		expect(retryAfter(headers, now)).toBe(wanted);
	});
});

describe("redirectTarget", () => {
	const from = new URL("https://r.io/v2/a/blobs/x?signature=s3cret");
	const to = (location: string | undefined, visited = new Set([from.href])) =>
		redirectTarget(from, location, visited).href;

	test.each([
		["https://s3.example/x?sig=1", "https://s3.example/x?sig=1"],
		["/elsewhere", "https://r.io/elsewhere"],
		["y", "https://r.io/v2/a/blobs/y"],
		["//other.io/z#part", "https://other.io/z"],
	])("%s", (location, wanted) => {
		expect(to(location)).toBe(wanted);
	});

	test.each([
		[undefined, "without an address"],
		["", "without an address"],
		["http://", "without an address"],
		["http://r.io/x", "from https to http"],
		["file:///etc/passwd", "to file:"],
		["https://user:pass@evil.io/", "with credentials"],
		[from.href, "in a loop"],
	])("refuses %s", (location, problem) => {
		expect(() => to(location)).toThrow(problem);
		expect(() => to(location)).toThrow(
			expect.objectContaining({ kind: "protocol" }),
		);
		expect(() => to(location)).not.toThrow(/s3cret|pass@/);
	});

	test("stops after five hops", () => {
		const visited = new Set([from.href]);
		for (let hop = 1; hop <= 5; hop++) to(`/${hop}`, visited);
		expect(() => to("/6", visited)).toThrow("more than 5 times");
	});
});
