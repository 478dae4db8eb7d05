import { lintHostSet } from "../../lib/registry-host/lint/lint-host-files";
import { problemsOf, reasonsOf } from "./linting";

const HEALTHY = "    healthcheck: {test: [CMD, x]}\n";
const REGISTRY = `  r:\n    image: registry:2.8.3\n${HEALTHY}`;
const DEBUG = '    environment: {REGISTRY_HTTP_DEBUG_ADDR: ":5001"}\n';
const CONFIG = "/etc/docker/registry/config.yml";
const PROXY =
	"version: 0.1\nstorage: {filesystem: {}}\nproxy: {remoteurl: https://x}\n";

describe("a compose file and one over it", () => {
	const over = (lines: string, name = "docker-compose.override.yml") =>
		problemsOf({
			"docker-compose.yml": `services:\n${REGISTRY}${DEBUG}`,
			[name]: `services:\n  r:\n${lines}`,
		});

	test.each<[string, string, string[]]>([
		["a port", '    ports: ["5000:5000"]\n', []],
		["a fixed image", "    image: registry:2.8.2\n", []],
		["a floating one", "    image: registry:2\n", ["3 floating-pin"]],
		["the metrics", '    ports: ["5001:5001"]\n', ["3 metrics-public"]],
		[
			"no healthcheck",
			"    healthcheck: !reset null\n",
			["2 missing-healthcheck?"],
		],
		[
			"a healthcheck that is none",
			"    healthcheck: {disable: true}\n",
			["2 missing-healthcheck?"],
		],
	])("%s", (_, lines, told) => {
		const file = (each: string) =>
			each.startsWith("2") && lines.includes("!reset")
				? `docker-compose.yml:${each}`
				: `docker-compose.override.yml:${each}`;
		expect(over(lines)).toEqual(told.map(file));
	});

	test("by another name it says more about a service, and not what that runs", () => {
		const ports = '    ports: ["5001:5001"]\n';
		expect(over(ports, "prod.yml")).toEqual(["prod.yml:3 metrics-public"]);
		// of another folder, or with an image: a file of its own
		expect(over(ports, "x/docker-compose.override.yml")).toEqual([]);
		expect(over("    image: registry:2.8.3\n", "prod.yml")).toEqual([
			"prod.yml:2 missing-healthcheck?",
		]);
	});

	test("two over one are not started together", () => {
		const ports = '    ports: ["80:80"]\n';
		expect(
			problemsOf({
				"a.yml": `services:\n${REGISTRY}    ports: ["5000:5000"]\n  b: {image: a/b:1.2.3}\n`,
				"dev.yml": `services:\n  b:\n${HEALTHY}${ports}`,
				"prod.yml": `services:\n  r:\n${ports.replace(":80", ":5000")}`,
			}),
		).toEqual([]);
	});

	test("a port that both say is one; !override replaces, !reset removes", () => {
		const told = (ports: string) =>
			problemsOf({
				"a.yml": `services:\n${REGISTRY}${DEBUG}    ports: ["5001:5001"]\n`,
				"a.override.yml": `services:\n  r:\n    ports: ${ports}\n`,
			});
		expect(told('["5001:5001"]')).toEqual(["a.override.yml:3 metrics-public"]);
		expect(told('["5000:5000"]')).toEqual(["a.yml:6 metrics-public"]);
		expect(told('!override ["127.0.0.1:5001:5001"]')).toEqual([]);
		expect(told("!reset []")).toEqual([]);
	});

	test("a network mode over another", () => {
		const told = (mode: string) =>
			problemsOf({
				"a.yml": `services:\n${REGISTRY}${DEBUG}    network_mode: host\n`,
				"a.override.yml": `services:\n  r:\n    network_mode: ${mode}\n`,
			});
		expect(told("host")).toEqual(["a.yml:5 metrics-public"]);
		expect(told("bridge")).toEqual([]);
	});

	test("files that say more about each other's services: every one is looked at", () => {
		const a = `services:\n  a: {image: "registry:2"}\n  b: {restart: always}\n`;
		const b = `services:\n  a: {restart: always}\n  b: {image: "nginx:alpine"}\n`;
		expect(
			problemsOf({ "a.yml": a, "b.yml": b }).filter((each) =>
				each.endsWith("floating-pin"),
			),
		).toEqual(["a.yml:2 floating-pin", "b.yml:3 floating-pin"]);
		// a row of three
		expect(
			problemsOf({
				"a.yml": `services:\n${REGISTRY}`,
				"b.yml":
					'services:\n  r: {restart: always}\n  s: {image: "registry:2"}\n',
				"c.yml": `services:\n  s:\n${HEALTHY}    labels: ["x=garbage-collect -m c"]\n`,
			}),
		).toContain("c.yml:4 gc-delete-untagged");
	});
});

describe("include", () => {
	const SUB = `services:\n  r:\n    image: registry:2\n    volumes: ["./config.yml:${CONFIG}"]\n${HEALTHY}`;

	test.each([
		"include: [sub/r.yml]\n",
		"include:\n  - path: ./sub/r.yml\n",
		"include: [{path: [sub/r.yml]}]\n",
		`include: ["\${DIR:-sub}/r.yml"]\n`,
		"include: [more.yml]\n",
	])(
		"%j: what it names is part of it, with paths of its own folder",
		(text) => {
			const told = problemsOf({
				"docker-compose.yml": `${text}services:\n  n: {image: a/b:1.2.3}\n`,
				"more.yml": "include: [sub/r.yml]\n",
				"sub/r.yml": SUB,
				"sub/config.yml": PROXY.replace(
					"{filesystem: {}}",
					"{delete: {enabled: true}}",
				),
				"config.yml": PROXY,
			});
			expect(told).toContain("sub/r.yml:3 floating-pin");
			expect(told).toContain("sub/config.yml:2 proxy-with-delete");
		},
	);

	test("its ports, backends and overrides count with those of the including file", () => {
		const set = (over: string, more = "") => ({
			"docker-compose.yml": `include:\n  - path: [sub/r.yml, sub/over.yml]\n    project_directory: .\nservices:\n  n:\n    image: nginx:1.28.0\n    ports: ["5000:5000"]\n${HEALTHY}`,
			"sub/r.yml": SUB.replace("registry:2", "registry:2.8.3"),
			"sub/over.yml": `services:\n  r:\n${over}`,
			"config.yml": `version: 0.1\nstorage: {filesystem: {}}\nhttp: {addr: :5000}\n`,
			"nginx.conf": `http {\nresolver 127.0.0.11 valid=10s;\nserver {\nlisten 5000;\nproxy_set_header Host $http_host;\nlocation / { set $up r${more}; proxy_pass http://$up:5000; }\n}\n}\n`,
		});
		expect(problemsOf(set("    restart: always\n"))).toEqual([]);
		expect(problemsOf(set("    restart: always\n", "x"))).toEqual([
			"nginx.conf:6 port-without-backend",
		]);
		expect(problemsOf(set('    ports: ["5000:5000"]\n'))).toEqual([
			"docker-compose.yml:7 port-without-backend",
		]);
	});

	test("what cannot be found is told; circles, and files that multiply, end", () => {
		expect(problemsOf({ "c.yml": "include:\n  - nowhere.yml\n" })).toEqual([
			"c.yml:2 include-not-followed?",
		]);
		expect(
			problemsOf({
				"a.yml": `include: [b.yml]\nservices: {a: {image: "registry:2"}}\n`,
				"b.yml": `include: [a.yml]\nservices: {b: {image: "registry:2"}}\n`,
			}).filter((each) => each.endsWith("floating-pin")),
		).toEqual(["a.yml:2 floating-pin", "b.yml:2 floating-pin"]);
		const many = Object.fromEntries(
			Array.from({ length: 5 }, (_, i) => [
				`f${i}.yml`,
				`include: [${Array(6)
					.fill(`f${i + 1}.yml`)
					.join(", ")}]\n`,
			]),
		);
		const told = problemsOf({ ...many, "f5.yml": "services: {}\n" });
		expect(told.length).toBeGreaterThan(0);
		expect(told.every((each) => each.endsWith("include-not-followed?"))).toBe(
			true,
		);
	});

	test("a mistake in it is told there, and the rest is looked at", () => {
		expect(
			problemsOf({
				"c.yml": `include: [d.yml]\nservices: {a: {image: "registry:2"}}\n`,
				"d.yml": "services:\n\ta: 1\n",
			}),
		).toEqual(
			[
				"c.yml:2 missing-healthcheck?",
				"c.yml:2 floating-pin",
				"d.yml:2 not-linted",
			].sort(),
		);
	});
});

describe("extends of another file", () => {
	const set = (own: string, base = "") => ({
		"c.yml": `services:\n  r:\n    extends: {file: sub/base.yml, service: b}\n${own}`,
		"sub/base.yml": `services:\n  b:\n    image: registry:2.8.3\n${base}`,
	});

	test("a service is what both say, each in its line", () => {
		expect(problemsOf(set("", HEALTHY))).toEqual([]);
		// of the beginning by itself nothing is asked
		expect(problemsOf(set(HEALTHY))).toEqual([]);
		const bare = ["c.yml:2 missing-healthcheck?"];
		expect(problemsOf(set(""))).toEqual(bare);
		const same = JSON.stringify(set("")).replace("service: b", "service: r");
		expect(problemsOf(JSON.parse(same.replace("  b:", "  r:")))).toEqual(bare);
		const text = set("", `${HEALTHY}${DEBUG}    ports: ["5001:5001"]\n`);
		expect(problemsOf(text)).toEqual(["sub/base.yml:6 metrics-public"]);
		expect(problemsOf(set("    image: registry:3\n", HEALTHY))).toEqual([
			"c.yml:4 floating-pin",
		]);
	});

	test("its paths count from its own folder", () => {
		expect(
			problemsOf({
				...set("", `${HEALTHY}    volumes: ["./c.yml:${CONFIG}"]\n`),
				"sub/c.yml": `${PROXY}bogus: 1\n`,
				"x/sub/c.yml": "version: 0.1\nstorage: {}\n",
			}),
		).toEqual([
			"sub/c.yml:3 cache-without-eviction?",
			"sub/c.yml:4 unknown-config-key",
		]);
	});

	test("of a file over it: still looked at", () => {
		expect(
			problemsOf({
				"c.yml": 'services:\n  r: {image: "registry:2"}\n',
				"c.override.yml":
					"services:\n  r:\n    extends: {file: c.yml, service: r}\n",
			}),
		).toEqual(["c.yml:2 floating-pin", "c.yml:2 missing-healthcheck?"]);
	});

	test("hundreds that begin with one", () => {
		const services = Array.from(
			{ length: 210 },
			(_, i) => `  s${i}: {extends: {file: b.yml, service: b}}\n`,
		);
		expect(
			problemsOf({
				"c.yml": `services:\n${services.join("")}`,
				"b.yml": `services:\n  b:\n    image: registry:2\n${HEALTHY}`,
			}).every((each) => each === "b.yml:3 floating-pin"),
		).toBe(true);
	});

	test("what cannot be found is told, and may have a healthcheck", () => {
		expect(
			problemsOf({
				"c.yml":
					"services:\n  r:\n    image: registry:2.8.3\n    extends: {file: b.yml, service: b}\n",
			}),
		).toEqual(["c.yml:4 include-not-followed?"]);
	});
});

describe("variables", () => {
	const set = (lines: string, files: Record<string, string> = {}) => ({
		"c.yml": `services:\n  r:\n    image: registry:\${TAG}\n${HEALTHY}${lines}`,
		...files,
	});
	const lint = (texts: Record<string, string>) =>
		lintHostSet(
			Object.entries(texts).map(([path, text]) => ({ path, text })),
			() => [],
		);

	test(".env says the ones of the file", () => {
		expect(problemsOf(set(""))).toEqual(["c.yml:3 floating-pin"]);
		expect(problemsOf(set("", { ".env": "TAG=2.8.3\n" }))).toEqual([]);
		expect(
			reasonsOf("floating-pin", set("", { ".env": "TAG='2' # two\n" })),
		).toEqual(["r: got registry:2"]);
	});

	test("those of an include are its own, in the line that says what comes of them", () => {
		expect(
			problemsOf({
				"c.yml": "include: [{path: sub/ui.yml, env_file: sub/ui.env}]\n",
				"sub/ui.yml": `services:\n  ui:\n    image: joxit/docker-registry-ui:\${V:?}\n    environment: {DELETE_IMAGES: "\${DELETE}"}\n`,
				"sub/ui.env": "V=2.5.7\nDELETE=true\n",
			}),
		).toEqual(["sub/ui.yml:4 ui-with-delete"]);
	});

	test("an env file says those of the container, and is told in its lines", () => {
		const env = (text: string, lines = "    env_file: [r.env]\n") => ({
			...set(lines, { ".env": "TAG=2.8.3\n", "r.env": text }),
		});
		const DELETES =
			"# a cache\nREGISTRY_PROXY_REMOTEURL=https://x\nREGISTRY_STORAGE_DELETE_ENABLED=true\n";
		const found = ["r.env:3 proxy-with-delete"];
		expect(problemsOf(env(DELETES))).toEqual(found);
		expect(problemsOf(env(DELETES, "    env_file: r.env\n"))).toEqual(found);
		expect(
			problemsOf(env(DELETES, "    env_file: [{path: ./r.env}]\n")),
		).toEqual(found);
		// what the service says itself counts
		expect(
			problemsOf(
				env(
					DELETES,
					"    env_file: r.env\n    environment: {REGISTRY_STORAGE_DELETE_ENABLED: false}\n",
				),
			),
		).toEqual(["r.env:2 cache-without-eviction?"]);
		expect(lint(env(DELETES)).included).toMatchObject([
			{ path: "r.env", kind: "env" },
		]);
		// a silence stands there too
		expect(
			problemsOf(
				env(
					`# lint-ignore proxy-with-delete: nobody pulls from it\n${DELETES}`,
				),
			),
		).toEqual([]);
	});

	test("$$ is a dollar, a default may hold another variable", () => {
		const image = (text: string) =>
			reasonsOf("floating-pin", {
				"c.yml": `services: {a: {image: "${text}"}}\n`,
			});
		expect(image(`nginx:\${A:-\${B:-1}}`)).toEqual(["a: got nginx:1"]);
		expect(image("nginx:$${A}")).toEqual([`a: got nginx:\${A}`]);
	});
});

describe("a file of a container whose text stands in the compose file", () => {
	const set = (target: string, content: string, more = "") => ({
		"c.yml": `services:
  r:
    image: registry:2.8.3
${HEALTHY}    configs: [{source: x, target: ${target}}]
${more}configs:
  x:
    content: |
${content.replace(/^(?=.)/gm, "      ")}`,
	});

	test("the registry's configuration, in lines of the compose file", () => {
		expect(problemsOf(set(CONFIG, `${PROXY}bogus: \${X:-1}\n`))).toEqual([
			"c.yml:11 cache-without-eviction?",
			"c.yml:12 unknown-config-key",
		]);
		// mounted elsewhere it is nobody's
		expect(problemsOf(set(CONFIG, "not: a config\n"))).toEqual([]);
	});

	test("silenced by a comment in it", () => {
		expect(
			problemsOf(
				set(
					CONFIG,
					PROXY.replace(
						"proxy:",
						"# lint-ignore cache-without-eviction: the disk is watched\nproxy:",
					),
				),
			),
		).toEqual([]);
	});

	test("an nginx configuration, whose dollars are doubled, and what it includes", () => {
		const nginx = `  n:\n    image: nginx:1.28.0\n${HEALTHY}    ports: ["5000:5000"]\n    configs:\n      - {source: n, target: /etc/nginx/nginx.conf}\n      - {source: s, target: /etc/nginx/conf.d/s.conf}\n`;
		const told = (header: string, listen = "5000") =>
			problemsOf({
				"c.yml": `services:\n${REGISTRY}${nginx}configs:
  n:
    content: |
      http {
        resolver 127.0.0.11 valid=10s;
        include /etc/nginx/conf.d/*.conf;
      }
  s:
    content: |
      server {
        listen ${listen};
        proxy_set_header Host ${header};
        location / { set $$up r; proxy_pass http://$$up:5000; }
      }
`,
			});
		expect(told("$$http_host")).toEqual([]);
		expect(told("$$host")).toEqual(["c.yml:23 host-without-port"]);
		expect(told("$$http_host", "5050")).toEqual([
			"c.yml:8 port-without-backend",
		]);
	});

	test("a script that collects", () => {
		expect(
			problemsOf(
				set("/gc.sh", "#!/bin/sh\nregistry garbage-collect -m c.yml\n"),
			).filter((each) => each.endsWith("untagged")),
		).toEqual(["c.yml:10 gc-delete-untagged"]);
	});

	test("a mistake in it is told there", () => {
		expect(problemsOf(set(CONFIG, "version: 0.1\nstorage: [\n"))).toEqual([
			"c.yml:11 not-linted",
		]);
	});
});
