import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
	HOST_RULES,
	type HostRule,
} from "../../lib/registry-host/lint/host-rules";
import { kindOf } from "../../lib/registry-host/lint/kind-of";
import { lintHostFiles } from "../../lib/registry-host/lint/lint-host-files";
import { registryHostBundle } from "../../lib/registry-host/registry-host-bundle";
import { host } from "../support/settings-host";
import { problemsOf, reasonsOf } from "./linting";

const SEEDS = "test/support/seeds-host";
const seeds = Object.fromEntries(
	readdirSync(SEEDS).map((name) => [
		name,
		readFileSync(join(SEEDS, name), "utf8"),
	]),
);
/** Rules on what a file says; the others are on files that say nothing. */
const RULES = (Object.keys(HOST_RULES) as HostRule[]).filter(
	(rule) =>
		!["include-not-followed", "silence-without-reason", "not-linted"].includes(
			rule,
		),
);

test("the files of the seeds light up on every rule", () => {
	const found = lintHostFiles(
		Object.entries(seeds).map(([path, text]) => ({ path, text })),
	);
	expect([...new Set(found.map(({ rule }) => rule))].sort()).toEqual(
		[...RULES].sort(),
	);
	for (const { line, reason, fix } of found) {
		expect(line).toBeGreaterThan(0);
		expect(reason).toMatch(/got /);
		expect(fix).not.toBe("");
	}
});

describe("the generated bundle", () => {
	const bundle = registryHostBundle(host, () => "0".repeat(64));

	test("has nothing to say", () => {
		expect(lintHostFiles(bundle)).toEqual([]);
	});

	test("each of its files is of a kind that is known, as far as there are rules for it", () => {
		const kinds = new Map(bundle.map(({ path, text }) => [path, kindOf(text)]));
		const of = (end: string) =>
			kinds.get([...kinds.keys()].find((path) => path.endsWith(end)) ?? "");
		expect(of("docker-compose.yml")).toBe("compose");
		expect(of("nginx.conf")).toBe("nginx");
		expect(of("config-private.yml")).toBe("registry-config");
		expect(of("90-registry-dns.yaml")).toBe("netplan");
		expect(of("10-internal-dns.conf")).toBe("resolved");
		expect(of("registry-scan.timer")).toBe("systemd-unit");
		expect(of("bin/collect")).toBe("script");
		expect(of("hosts.toml")).toBeUndefined();
		expect(of("bundle.sha256")).toBeUndefined();
	});

	/** One trap put back into it, and the one rule that sees it. */
	test.each<[HostRule, string, string | RegExp, string]>([
		[
			"gc-delete-untagged",
			"bin/collect",
			"garbage-collect ",
			"garbage-collect -m ",
		],
		["static-upstream", "nginx.conf", /valid=\w+/, ""],
		[
			"static-upstream",
			"nginx.conf",
			/proxy_pass http:\/\/\$\w+:/,
			"proxy_pass http://registry-private:",
		],
		["host-without-port", "nginx.conf", "Host $http_host", "Host $host"],
		["cache-without-eviction", "nginx.conf", /max_size=\w+/, ""],
		[
			"metrics-public",
			"nginx.conf",
			/deny all;(\s+proxy_pass http:\/\/\$registry:5001)/,
			"$1",
		],
		["port-without-backend", "nginx.conf", /listen (\S*)5050/, "listen $15055"],
		[
			"proxy-with-delete",
			"config-ghcr.yml",
			"storage:\n",
			"storage:\n  delete: {enabled: true}\n",
		],
		[
			"unknown-config-key",
			"config-ghcr.yml",
			"proxy:\n",
			"proxy:\n  ttl: 168h\n",
		],
		["floating-pin", "docker-compose.yml", "registry:2.8.3", "registry:2"],
		[
			"missing-healthcheck",
			"docker-compose.yml",
			"healthcheck:",
			"x-healthcheck:",
		],
		[
			"ui-with-delete",
			"docker-compose.yml",
			/DELETE_IMAGES: \S+/,
			"DELETE_IMAGES: 'true'",
		],
		[
			"cron-overlap",
			"registry-gc-ghcr.service",
			/\/usr\/bin\/flock -w \d+ \S+ /,
			"",
		],
		[
			"dns-without-internal",
			"10-internal-dns.conf",
			/DNS=10\S+/,
			"DNS=1.1.1.1",
		],
	])("%s comes back in %s", (rule, name, pattern, replacement) => {
		const files = bundle.map(({ path, text }) => ({
			path,
			text: path.endsWith(`/${name}`)
				? text.replace(pattern, replacement)
				: text,
		}));
		const changed = files.filter(({ text }, i) => text !== bundle[i]?.text);
		expect(changed).toHaveLength(1);
		expect(lintHostFiles(files).map((each) => each.rule)).toContain(rule);
	});
});

test("each rule says why, and names a test that is there", () => {
	for (const { why, proof } of Object.values(HOST_RULES)) {
		expect(why).not.toMatch(/[.\n]$/);
		expect(() => readFileSync(proof)).not.toThrow();
	}
});

describe("what a file is follows from what it says", () => {
	test.each([
		["services: {a: {image: x}}", "compose"],
		['{"services": {"a": {}}}', "compose"],
		[
			'{"version":0.1,"storage":{"filesystem":{"services":{}}}}',
			"registry-config",
		],
		["{version: 0.1, proxy: {remoteurl: 'http://x'}}", "registry-config"],
		["name: x\nservices:\n  a: {}\n", "compose"],
		["services: {}\nsteps: []\n", undefined],
		["version: 0.1\nstorage: {}\n", "registry-config"],
		["version: 0.1\nproxy: {remoteurl: x}\n", "registry-config"],
		["network:\n  version: 2\n", "netplan"],
		["network: {ethernets: {eth0: {dhcp4: true}}}\n", "netplan"],
		["network:\n\tdocker network create registry\n", undefined],
		["include: [a.yml]\nname: x\n", "compose"],
		["include: [{local: a.yml}]\nbuild: {script: [make]}\n", undefined],
		[
			'{"distSpecVersion": "1.1.1", "storage": {"gc": true}, "http": {}}',
			undefined,
		],
		["[Resolve]\nDNS=1.1.1.1\n", "resolved"],
		["# x\n[Unit]\nDescription=x\n", "systemd-unit"],
		["#!/bin/sh\nservices:\n", "script"],
		["events {}\nhttp\n{\n}\n", "nginx"],
		["location / {\n  proxy_pass http://a;\n}\n", "nginx"],
		["MAILTO=x\n0 3 * * 0 root registry\n", "crontab"],
		["@daily x\n", "crontab"],
		["0 3 * * 0 a\nthis line is broken\n", "crontab"],
		["the quick brown fox jumps over the lazy dog\n", undefined],
		["- - - - - - -\n", undefined],
		["groups: []\n", undefined],
		["version: '0.1' # the only one\nstorage: {}\n", "registry-config"],
		['{\n  "version": "0.1.0",\n  "proxy": "http://api:80"\n}\n', undefined],
		["http: {addr: ':5000'}\nstorage: {}\n", "registry-config"],
		["", undefined],
	])("%j: %s", (text, kind) => {
		expect(kindOf(text)).toBe(kind);
	});
});

describe("a file that cannot be read as what it is says so, and the others are looked at", () => {
	const OTHER = {
		crontab: "0 3 * * 0 docker exec r registry garbage-collect -m c\n",
	};
	const BOMB = `services: {}\n${Array.from({ length: 12 }, (_, i) =>
		i === 0
			? "a0: &a0 [x,x,x,x,x,x,x,x,x]"
			: `a${i}: &a${i} [${Array(9)
					.fill(`*a${i - 1}`)
					.join(",")}]`,
	).join("\n")}\n`;

	test.each([
		["tabs", "services:\n\ta: 1\n", 2, "as compose: Tabs are not allowed"],
		["a bomb of aliases", BOMB, 1, "as compose: Excessive alias count"],
		[
			"brackets without end",
			`services: ${"[".repeat(5000)}`,
			1,
			"as compose: got more than 200 levels",
		],
		[
			"entries without end",
			`services:\n${"- ".repeat(5000)}`,
			2,
			"as compose: got more than 200 levels",
		],
		[
			"levels without end",
			`services:\n${Array.from({ length: 300 }, (_, i) => `${" ".repeat(i + 1)}a:`).join("\n")}`,
			201,
			"as compose: got more than 200 levels",
		],
		[
			"a second document, which a registry does not read",
			"version: 0.1\nstorage: {}\n---\nlog: {}\n",
			4,
			"as registry-config: got a second document, wanted one",
		],
		[
			"an empty second document, with which Compose does not start",
			"services: {}\n---\n",
			2,
			"as compose: got no mapping",
		],
		["a brace", "http {\n", 1, "as nginx: got a { that is not closed"],
		[
			"too long",
			`services: {}\n#${"x".repeat(1024 * 1024)}`,
			1,
			"got 1048590 characters",
		],
	])("%s", (_, text, line, reason) => {
		const texts = { odd: text, ...OTHER };
		const problems = problemsOf(texts);
		expect(problems).toContain(`odd:${line} not-linted`);
		expect(problems).toContain("crontab:1 gc-delete-untagged");
		expect(reasonsOf("not-linted", texts)[0]).toContain(reason);
	});

	test("a template's braces are told to nobody", () => {
		const warn = jest.spyOn(process, "emitWarning").mockReturnValue();
		problemsOf({
			"c.yml": "services: {a: {image: x/y:1.2.3, environment: {A: {{ B }}}}}\n",
		});
		expect(warn).not.toHaveBeenCalled();
		warn.mockRestore();
	});

	test("odd values are no reason to fall over", () => {
		expect(
			problemsOf({
				"c.yml":
					"services: {a: , b: 1, c: [x], d: {image: [1], ports: [{}, null, 80, x:y:z, 1:2:3:4:5], environment: 3, volumes: [null, {}], healthcheck: x, command: {a: 1}}}\n",
				"n.yaml": "network: {ethernets: {eth0: 1, eth1: {nameservers: x}}}\n",
				"r.yml": "version: 0.1\nstorage: 1\nhttp: []\n",
			}),
		).toEqual([
			"c.yml:1 missing-healthcheck?",
			"n.yaml:1 dns-without-internal",
		]);
	});
});
