import { lintHostSet } from "../../lib/registry-host/lint/lint-host-files";
import { linesOf, problemsOf } from "./linting";

describe("nginx includes", () => {
	test("include-not-followed: unless it is among the files, or harmless", () => {
		const texts = {
			"nginx.conf":
				"http {\ninclude mime.types;\ninclude /etc/nginx/proxy_params;\ninclude conf.d/*.conf;\ninclude /etc/nginx/tls.conf;\ninclude sites/*.conf;\n}",
			"etc/nginx/sites/a.conf": "listen 5010;\nserver_name a;\n",
			"tls.conf": "ssl_protocols TLSv1.2 TLSv1.3;\nlisten 5050 ssl;\n",
		};
		expect(problemsOf(texts)).toEqual(["nginx.conf:4 include-not-followed?"]);
	});

	const MAIN = `http {
include mime.types;
resolver 127.0.0.11 valid=10s;
include /etc/nginx/conf.d/*.conf;
}
`;
	const SITE = `server {
listen 5050;
include snippets/proxy.conf;
location / { set $up r; proxy_pass http://$up:5000; }
}
`;

	test("an included file is looked at in its place, and its own lines are named", () => {
		const set = (proxy: string) => ({
			"snippets/proxy.conf": proxy,
			"conf.d/r.conf": SITE,
			"nginx.conf": MAIN,
		});
		expect(problemsOf(set("proxy_set_header Host $http_host;\n"))).toEqual([]);
		// by itself its port could not be seen
		expect(problemsOf(set("# shared\nproxy_set_header Host $host;\n"))).toEqual(
			["snippets/proxy.conf:2 host-without-port"],
		);
		expect(problemsOf(set("proxy_pass_header X;\n"))).toEqual([
			"conf.d/r.conf:4 host-without-port",
		]);
		// the resolver is the including file's
		const { "nginx.conf": main, ...rest } = set("proxy_set_header Host x:1;\n");
		expect(
			problemsOf({ ...rest, "nginx.conf": main.replace(/resolver.*/, "") }),
		).toEqual(["conf.d/r.conf:4 static-upstream"]);
	});

	test("what listens and what is behind it may stand in an included file", () => {
		const set = (ports: string) => ({
			"c.yml": `services:\n  r:\n    image: registry:2.8.3\n    healthcheck: {test: [CMD, x]}\n  nginx:\n    image: nginx:1.28.0\n    healthcheck: {test: [CMD, x]}\n    ports: [${ports}]\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf", "./conf.d:/etc/nginx/conf.d"]\n`,
			"nginx.conf": MAIN,
			"conf.d/r.conf": SITE.replace(/include.*/, "proxy_set_header Host a:1;"),
		});
		expect(problemsOf(set('"5050:5050"'))).toEqual([]);
		expect(problemsOf(set('"5060:5060"'))).toEqual([
			"c.yml:8 port-without-backend",
		]);
	});

	test("a silence in the included file counts there", () => {
		const proxy =
			"# lint-ignore host-without-port: the port is the scheme's own\nproxy_set_header Host $host;\n";
		expect(
			problemsOf({
				"nginx.conf": MAIN,
				"conf.d/r.conf": SITE,
				"snippets/proxy.conf": proxy,
			}),
		).toEqual([]);
	});

	test("circles, and files that multiply, end", () => {
		expect(
			problemsOf({ a: "server { include b; }\n", b: "include a;\n" }),
		).toEqual(
			["a:1 include-not-followed?"].map((each) => each.replace("a:1", "b:1")),
		);
		const many = Object.fromEntries(
			Array.from({ length: 9 }, (_, i) => [
				`f${i}`,
				`server {\n${`include f${i + 1};\n`.repeat(9)}}\n`,
			]),
		);
		const told = problemsOf({ ...many, f9: "listen 80;\n" });
		expect(told.length).toBeGreaterThan(0);
		expect(told.every((each) => each.endsWith("include-not-followed?"))).toBe(
			true,
		);
	});

	test("a mistake in an included file is told there, and the rest is looked at", () => {
		const texts = {
			"nginx.conf": `${MAIN}proxy_cache_path /c;\n`,
			"conf.d/r.conf": "server {\n",
		};
		expect(problemsOf(texts)).toEqual([
			"nginx.conf:6 cache-without-eviction",
			"conf.d/r.conf:1 not-linted",
		]);
	});

	test("what is not among the files is looked for", () => {
		const asked: string[] = [];
		const { problems, included } = lintHostSet(
			[{ path: "etc/nginx.conf", text: MAIN }],
			(pattern, main) => {
				asked.push(`${pattern} of ${main}`);
				return pattern.includes("conf.d")
					? [{ path: "etc/conf.d/r.conf", text: SITE }]
					: [];
			},
		);
		expect(asked).toEqual([
			"/etc/nginx/conf.d/*.conf of etc/nginx.conf",
			"snippets/proxy.conf of etc/nginx.conf",
		]);
		expect(included).toMatchObject([
			{ path: "etc/conf.d/r.conf", kind: "nginx" },
		]);
		expect(problems.map(({ file, line, rule }) => [file, line, rule])).toEqual([
			["etc/conf.d/r.conf", 3, "include-not-followed"],
		]);
	});

	test("a pattern of many stars takes no time", () => {
		const name = `conf.d/${"a".repeat(250)}.conf`;
		const pattern = `conf.d/${"a*".repeat(9)}b`;
		expect(
			linesOf("include-not-followed", "nginx.conf", {
				"nginx.conf": `http { include ${pattern}; }\n`,
				[name]: "listen 80;\n",
			}),
		).toEqual([1]);
	});
});
