import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Rules, type Source, violations } from "./support/room-rules";

const PROVIDERS = [
	"@cdktf/provider-kubernetes/lib/*",
	"@cdktf/provider-vault/lib/*",
];
const NONE = { lib: [], packages: [], node: false } as const;

/** The room table of the architecture, in code: who may import whom. */
const RULES: Rules = {
	rooms: {
		"lib/index": {
			...NONE,
			lib: [
				"registry",
				"pins",
				"oci",
				"guard",
				"alerts",
				"dashboards",
				"registry-host",
				"woodpecker",
				"pipelines",
				"constructs",
			],
		},
		"lib/registry": NONE,
		"lib/pins": NONE,
		"lib/oci": { ...NONE, node: true },
		"lib/guard": { ...NONE, lib: ["oci"], node: true },
		"lib/alerts": {
			...NONE,
			lib: ["guard/contract", "registry", "yaml"],
			packages: ["yaml", "croner"],
		},
		"lib/dashboards": {
			...NONE,
			lib: ["guard/contract"],
			packages: [
				"@grafana/grafana-foundation-sdk",
				"@grafana/grafana-foundation-sdk/*",
			],
		},
		"lib/registry-host": {
			...NONE,
			lib: ["registry", "pins", "guard/contract", "yaml", "silences", "raw"],
			packages: ["yaml"],
		},
		"lib/raw": NONE,
		"lib/silences": NONE,
		"lib/yaml": { ...NONE, packages: ["yaml"] },
		"lib/woodpecker": {
			...NONE,
			lib: ["yaml", "pins", "silences", "raw"],
			packages: ["yaml"],
		},
		"lib/pipelines": {
			...NONE,
			lib: ["woodpecker", "registry", "pins", "guard/contract"],
		},
		"lib/cli": {
			...NONE,
			lib: ["guard", "registry-host", "woodpecker"],
			node: true,
		},
		"lib/constructs": {
			lib: ["registry", "pins", "alerts", "dashboards", "guard/contract"],
			packages: [
				"cdktf",
				"constructs",
				...PROVIDERS,
				// the package's own bundle, read and hashed at construction
				"cdktf-registry-guard/guard.mjs",
			],
			node: true,
		},
		stacks: {
			lib: [
				"index",
				"registry",
				"pins",
				"guard/contract",
				"alerts",
				"dashboards",
				"constructs",
				"registry-host",
				"woodpecker",
				"pipelines",
				"cli",
			],
			packages: ["cdktf", "constructs", ...PROVIDERS],
			node: true,
		},
	},
	process: [
		"lib/guard/main.ts",
		"lib/cli/main.ts",
		"stacks/main.ts",
		"stacks/generate.ts",
	],
	// oci/ alone talks to registries; the other three each talk to one thing that is none:
	// the Pushgateway, the Kubernetes API, and (doctor) name, TCP and TLS below the registry protocol
	sockets: [
		"lib/oci/",
		"lib/guard/pushgateway.ts",
		"lib/guard/in-use.ts",
		"lib/guard/doctor.ts",
	],
	maxLines: 300,
};

function sourcesOf(...folders: string[]): Source[] {
	return folders.flatMap((folder) =>
		readdirSync(folder, { recursive: true, encoding: "utf8" })
			.filter((name) => name.endsWith(".ts"))
			.map((name) => join(folder, name))
			.map((file) => ({ file, text: readFileSync(file, "utf8") })),
	);
}

const check = (file: string, text: string) =>
	violations([{ file, text }], RULES);

describe("rooms", () => {
	test("no arrow outside the table, no process, no socket, no long file", () => {
		const sources = sourcesOf("lib", "stacks");
		expect(sources.length).toBeGreaterThan(10);
		expect(violations(sources, RULES)).toEqual([]);
	});

	test("providers are imported by deep path everywhere", () => {
		const root = /["']@cdktf\/provider-[a-z]+["']/;
		const offenders = sourcesOf("lib", "stacks", "test", "bench")
			.filter(({ file }) => file !== "test/rooms.integration.test.ts")
			.filter(({ text }) => root.test(text.replace(/jest\.mock\(.*/g, "")))
			.map(({ file }) => file);
		expect(offenders).toEqual([]);
	});
});

describe("the rules themselves", () => {
	test.each([
		[
			"lib/oci/a.ts",
			'import { b } from "../guard/finding";',
			"lib/oci may not import lib/guard/finding",
		],
		[
			"lib/oci/a.ts",
			'import type { B } from "../registry";',
			"lib/oci may not import lib/registry",
		],
		[
			"lib/alerts/a.ts",
			'export * from "../guard/finding";',
			"lib/alerts may not import lib/guard/finding",
		],
		[
			"lib/alerts/a.ts",
			'import fs from "node:fs";',
			"lib/alerts may not import node:fs",
		],
		[
			"lib/guard/a.ts",
			'const x = await import("yaml");',
			"lib/guard may not import yaml",
		],
		[
			"lib/guard/a.ts",
			'const x = require("cdktf");',
			"lib/guard may not import cdktf",
		],
		[
			"lib/guard/a.ts",
			"const x = require(name);",
			"lib/guard may not import (computed)",
		],
		[
			"lib/guard/a.ts",
			'type X = import("../alerts/rules").X;',
			"lib/guard may not import lib/alerts/rules",
		],
		[
			"lib/dashboards/a.ts",
			'import { x } from "../alerts/rules.ts";',
			"lib/dashboards may not import lib/alerts/rules",
		],
		[
			"lib/constructs/a.ts",
			'import { CronJobV1 } from "@cdktf/provider-kubernetes";',
			"lib/constructs may not import @cdktf/provider-kubernetes",
		],
		[
			"lib/constructs/a.ts",
			'import { App } from "cdktn";',
			"lib/constructs may not import cdktn",
		],
		[
			"lib/alerts/a.ts",
			'import { x } from "../guard/contract-of-others";',
			"lib/alerts may not import lib/guard/contract-of-others",
		],
		[
			"lib/pins.ts",
			'import { x } from "./registry";',
			"lib/pins may not import lib/registry",
		],
		["lib/attic/a.ts", "", "lib/attic is no room of the table"],
		["lib/guard/a.ts", "const x = process.env.HOME;", "reads process"],
		["lib/guard/a.ts", 'import { argv } from "node:process";', "reads process"],
		["lib/guard/a.ts", "const { exit } = globalThis.process;", "reads process"],
		[
			"lib/guard/a.ts",
			'import { request } from "node:https";',
			"opens sockets",
		],
		["lib/guard/a.ts", "const x = await fetch(url);", "opens sockets"],
		["lib/constructs/a.ts", "x;\n".repeat(301), "301 lines, at most 300"],
	])("%s with %j", (file, text, expected) => {
		expect(check(file, text)).toEqual([`${file}: ${expected}`]);
	});

	test.each([
		[
			"lib/guard/a.ts",
			'import { ociClient } from "../oci/client";\nimport { x } from "./finding";',
		],
		[
			"lib/alerts/a.ts",
			'import { METRICS } from "../guard/contract";\nimport { stringify } from "yaml";',
		],
		[
			"lib/constructs/a.ts",
			'import { CronJobV1 } from "@cdktf/provider-kubernetes/lib/cron-job-v1";',
		],
		["lib/guard/main.ts", "process.exitCode = 1;"],
		["lib/oci/client.ts", 'import { request } from "node:https";'],
		[
			"lib/guard/a.ts",
			'// process.env and fetch(url)\nconst s = "process.env";',
		],
		[
			"lib/guard/a.ts",
			"interface X { fetch(): void; process: string }\nconst y = x.process ?? x.fetch();",
		],
		["lib/guard/a.ts", "x;\n".repeat(300)],
	])("%s with %j is fine", (file, text) => {
		expect(check(file, text)).toEqual([]);
	});
});
