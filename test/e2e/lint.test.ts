import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { lintHostFiles } from "../../lib/registry-host/lint/lint-host-files";
import { parseNginx } from "../../lib/registry-host/lint/parse-nginx";
import type { Daemon } from "../support/daemon";
import { Distribution } from "../support/distribution";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { image } from "../support/images";
import { Lab } from "../support/lab";
import { pushContent } from "../support/push";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";

const { suite, programs } = requirePrograms(
	"registry2",
	"registry3",
	"skopeo",
	"nginx",
);
const IMAGES = {
	registry2: "registry:2.8.3",
	registry3: "registry:3.1.1",
};
/** Of an image: a manifest, a config, a layer. */
const LEAST_BLOBS = 3;
type Program = keyof typeof IMAGES;

suite("what the rules are about, on the real programs", () => {
	const lab = new Lab();
	let upstream: Distribution;

	lab.before(async () => {
		upstream = await Distribution.start(lab, {
			name: "upstream",
			program: programs.registry2,
		});
		const shared = image("shared");
		for (const repository of ["lib/a", "lib/b"])
			await pushContent(upstream.target, repository, shared, "v1");
	});

	/** A registry with this configuration, on a port of its own. */
	class Registry {
		readonly folder: string;
		readonly name: string;
		readonly config: Record<string, unknown>;
		readonly #program: Program;
		#daemon: Daemon | undefined;
		host = "";

		constructor(
			name: string,
			program: Program,
			config: Record<string, unknown>,
		) {
			this.name = name;
			this.folder = join(lab.folder, name);
			this.config = config;
			this.#program = program;
			mkdirSync(this.folder, { recursive: true });
		}

		async start(): Promise<void> {
			this.host ||= `127.0.0.1:${await freePort()}`;
			const { storage, http, ...rest } = this.config;
			const path = join(this.folder, "config.yml");
			writeFileSync(
				path,
				JSON.stringify({
					version: 0.1,
					storage: {
						filesystem: { rootdirectory: join(this.folder, "data") },
						...(storage as object),
					},
					http: { addr: this.host, ...(http as object) },
					...rest,
				}),
			);
			this.#daemon = await lab.start({
				name: this.name,
				command: programs[this.#program],
				args: ["serve", path],
				env: { OTEL_TRACES_EXPORTER: "none" },
				ready: async () => (await fetch(`http://${this.host}/v2/`)).ok,
			});
		}

		async stop(): Promise<void> {
			await this.#daemon?.stop();
		}

		get log(): string {
			return this.#daemon?.logTail(200) ?? "";
		}

		/** Exit code of pulling an image through it. */
		async pull(repository: string): Promise<number | null> {
			const { code } = await runProgram(programs.skopeo, [
				"copy",
				"--quiet",
				"--insecure-policy",
				"--src-tls-verify=false",
				`docker://${this.host}/${repository}:v1`,
				`dir:${join(this.folder, `pulled-${Math.random()}`)}`,
			]);
			return code;
		}

		get blobs(): number {
			const folder = join(this.folder, "data/docker/registry/v2/blobs");
			if (!existsSync(folder)) return 0;
			return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
				(name) => name.endsWith("/data"),
			).length;
		}

		/** Names of the rules that have something to say about this configuration. */
		get problems(): string[] {
			const rules = lintHostFiles([
				{
					path: "docker-compose.yml",
					text: `services:\n  r:\n    image: ${IMAGES[this.#program]}\n    healthcheck: {test: [CMD, x]}\n    volumes: ["./config.yml:/etc/docker/registry/config.yml"]\n`,
				},
				{
					path: "config.yml",
					text: readFileSync(join(this.folder, "config.yml"), "utf8"),
				},
			]).map(({ rule }) => rule);
			return [...new Set(rules)];
		}
	}

	const cache = { blobdescriptor: "inmemory" };
	const proxy = (more = {}) => ({
		proxy: { remoteurl: upstream.origin, ...more },
	});

	for (const program of ["registry2", "registry3"] as const) {
		lab.test(
			`proxy-with-delete: what expires on ${program} takes the blobs of an image that has not`,
			async () => {
				const registry = new Registry(`deletes-${program}`, program, {
					storage: { cache, delete: { enabled: true } },
					...proxy(),
				});
				await registry.start();
				expect(registry.problems).toEqual(["proxy-with-delete"]);
				for (const each of ["lib/a", "lib/b"])
					expect(await registry.pull(each)).toBe(0);
				const state = join(registry.folder, "data/scheduler-state.json");
				await eventually(
					"a written schedule",
					async () => (existsSync(state) ? readFileSync(state, "utf8") : ""),
					(text) => text.includes("lib/a@") && text.includes("lib/b@"),
				);
				await registry.stop();
				// seven days pass for one of the two
				const entries = JSON.parse(readFileSync(state, "utf8"));
				for (const [key, entry] of Object.entries<{ ExpiryData: string }>(
					entries,
				))
					if (key.startsWith("lib/a@"))
						entry.ExpiryData = new Date(Date.now() + 4000).toISOString();
				writeFileSync(state, JSON.stringify(entries));
				await registry.start();
				expect(await registry.pull("lib/b")).toBe(0);
				const before = registry.blobs;
				await eventually(
					"an expiry",
					async () => registry.blobs,
					(blobs) => blobs < before,
				);
				await eventually(
					"a pull that breaks off",
					() => registry.pull("lib/b"),
					(code) => code !== 0,
				);
			},
		);
	}

	describe("cache-without-eviction", () => {
		lab.test("who may not delete keeps what expires", async () => {
			const registry = new Registry(
				"three-keeps",
				"registry3",
				proxy({ ttl: "2s" }),
			);
			await registry.start();
			expect(registry.problems).toEqual(["cache-without-eviction"]);
			expect(await registry.pull("lib/a")).toBe(0);
			const stored = await eventually(
				"a stored image",
				async () => registry.blobs,
				(blobs) => blobs >= LEAST_BLOBS,
			);
			await eventually(
				"an expiry that fails",
				async () => registry.log,
				(log) => log.includes("operation unsupported"),
			);
			expect(registry.blobs).toBeGreaterThanOrEqual(stored);
		});

		lab.test("who may delete does, and pulls again", async () => {
			const registry = new Registry("three-expires", "registry3", {
				storage: { delete: { enabled: true } },
				...proxy({ ttl: "3s" }),
			});
			await registry.start();
			expect(registry.problems).toEqual([]);
			expect(await registry.pull("lib/a")).toBe(0);
			// it answers while it stores; a manifest loses its link and keeps its file
			const stored = await eventually(
				"a stored image",
				async () => registry.blobs,
				(blobs) => blobs >= LEAST_BLOBS,
			);
			await eventually(
				"an expiry",
				async () => registry.blobs,
				(blobs) => blobs < stored,
			);
			expect(await registry.pull("lib/a")).toBe(0);
		});
	});

	lab.test("unknown-config-key: passed over without a word", async () => {
		for (const program of ["registry2", "registry3"] as const) {
			const registry = new Registry(`keys-${program}`, program, {
				storage: { filesystem: { rootdirectory: lab.folder, maxsize: "1GB" } },
				nothing: { of: "the kind" },
			});
			await registry.start();
			expect(registry.log).not.toMatch(/maxsize|nothing/);
			expect(registry.problems).toEqual(["unknown-config-key"]);
			await registry.stop();
		}
	});

	lab.test(
		"metrics-public: the port of the metrics serves variables and profiles to anybody",
		async () => {
			const debug = `127.0.0.1:${await freePort()}`;
			const registry = new Registry("debug", "registry2", {
				http: {
					debug: {
						addr: debug,
						prometheus: { enabled: true, path: "/metrics" },
					},
				},
			});
			await registry.start();
			for (const path of ["metrics", "debug/vars", "debug/pprof/cmdline"])
				expect((await fetch(`http://${debug}/${path}`)).status).toBe(200);
		},
	);

	describe("nginx reads a file as we do", () => {
		test.each([
			"events {} http { server { listen 127.0.0.1:5999; } }",
			"events {} # } \nhttp { log_format a '$host \"} { ;' \"it's\"; }",
			'events {} http { server { listen 127.0.0.1:5999; location ~ ^/a\\{2\\}$ { return 200 "a\\"b"; } } }',
			`events {} http { server { listen 127.0.0.1:5999; location / { return 200 \${host}x; } } }`,
			"events { http {} }",
			"events {",
			"events {} }",
			"events {} http { server { listen 127.0.0.1:5999 } }",
			"events {} http { log_format a 'b; }",
			"events {} http { server { listen 127.0.0.1:5999; location /{ return 204; } } }",
		])("%j", async (text) => {
			const file = join(lab.folder, "nginx.conf");
			writeFileSync(
				file,
				`pid ${lab.folder}/nginx.pid;\nerror_log stderr;\n${text}\n`,
			);
			const { stderr } = await runProgram(programs.nginx, ["-t", "-c", file]);
			// of the form of the file, not of what its directives mean
			const isBroken =
				/unexpected (")?[};e]|directive "\w+" is not terminated|unexpected end of file/.test(
					stderr,
				);
			let isRefused = false;
			try {
				parseNginx(text);
			} catch {
				isRefused = true;
			}
			expect({ isRefused, stderr }).toEqual({ isRefused: isBroken, stderr });
		});
	});
});

describe("cdktf-registry-guard lint", () => {
	const lab = new Lab();
	const SEEDS = "test/support/seeds-host";
	const lint = (...args: string[]) =>
		runProgram(process.execPath, [
			".ci/ts.mjs",
			"lib/cli/main.ts",
			"lint",
			...args,
		]);

	lab.test(
		"exit 1 on errors, and a line for each with its fix; no package of Terraform's is loaded",
		async () => {
			const { code, stdout, stderr } = await lint(SEEDS);
			expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
			expect(stdout).toMatch(
				/^test\/support\/seeds-host\/crontab:5: error: gc-delete-untagged: got .*\n {4}leave -m/m,
			);
			expect(stdout).toMatch(/^7 files, \d+ errors, \d+ warnings$/m);
			const inputs = readFileSync(
				"dist/run/lib-cli-main.cjs.inputs.json",
				"utf8",
			);
			expect(inputs).not.toMatch(/node_modules\/(cdktf|constructs|@cdktf)\//);
		},
	);

	lab.test(
		"exit 0 with warnings only, 2 for no files; JSON for programs",
		async () => {
			const quiet = join(lab.folder, "c.yml");
			writeFileSync(quiet, "services: {r: {image: registry:2.8.3}}\n");
			const warned = await lint("--json", quiet);
			expect(warned.code).toBe(0);
			expect(JSON.parse(warned.stdout)).toMatchObject({
				schema: 1,
				command: "lint",
				errors: 0,
				warnings: 1,
				files: [{ file: quiet, kind: "compose" }],
				problems: [
					{
						rule: "missing-healthcheck",
						severity: "warning",
						file: quiet,
						line: 1,
						reason: "r: got no healthcheck",
						fix: expect.any(String),
						why: expect.any(String),
						proof: expect.stringMatching(/^test\//),
					},
				],
			});
			expect((await lint()).code).toBe(2);
		},
	);
});
