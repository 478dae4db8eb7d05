import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
	closeSync,
	existsSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "../support/embedded-registry";
import { startFakePushgateway } from "../support/fake-pushgateway";
import { multiArch } from "../support/images";

const BUNDLE = "dist/guard.mjs";
const LIMIT = 204_800;

function newest(folder: string): number {
	return Math.max(
		...readdirSync(folder, { recursive: true, encoding: "utf8" }).map(
			(each) => statSync(join(folder, each)).mtimeMs,
		),
	);
}

beforeAll(() => {
	if (
		!existsSync(BUNDLE) ||
		statSync(BUNDLE).mtimeMs < Math.max(newest("lib/guard"), newest("lib/oci"))
	)
		throw new Error(
			`${BUNDLE}: got none or one older than its sources, wanted a fresh one: npm run build:guard`,
		);
});

interface Ran {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}

function start(
	args: readonly string[],
	env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ran> } {
	const child = spawn(process.execPath, [BUNDLE, ...args], {
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	let out = "";
	let err = "";
	child.stdout?.on("data", (chunk) => {
		out += chunk;
	});
	child.stderr?.on("data", (chunk) => {
		err += chunk;
	});
	const ended = new Promise<Ran>((resolve) =>
		child.on("close", (code) => resolve({ code, out, err })),
	);
	return { child, ended };
}

const guard = (args: readonly string[], env?: Record<string, string>) =>
	start(args, env).ended;

describe("the bundle", () => {
	test(`is one file of at most ${LIMIT} bytes that node reads without help`, () => {
		expect(statSync(BUNDLE).size).toBeLessThanOrEqual(LIMIT);
		const text = readFileSync(BUNDLE, "utf8");
		expect(text.startsWith("#!/usr/bin/env node\n")).toBe(true);
		const wanted = [
			...text.matchAll(/\brequire\("([^"]+)"\)|^import\b[^;]*?"([^"]+)"/gm),
		].map((found) => found[1] ?? found[2]);
		expect(wanted.length).toBeGreaterThan(3);
		expect(wanted.filter((each) => !each?.startsWith("node:"))).toEqual([]);
	});

	test("--version is the package's, and loads nothing else", () => {
		const { version } = JSON.parse(readFileSync("package.json", "utf8"));
		const probe =
			'process.on("exit",()=>console.error(process.moduleLoadList.filter(m=>/NativeModule (https?|tls|dns|crypto)$/.test(m)).join()))';
		const { stdout, stderr, status } = spawnSync(
			process.execPath,
			[
				"--import",
				`data:text/javascript,${encodeURIComponent(probe)}`,
				BUNDLE,
				"--version",
			],
			{ encoding: "utf8" },
		);
		expect({ stdout, status }).toEqual({ stdout: `${version}\n`, status: 0 });
		expect(stderr.trim()).toBe("");
	});

	test("--help, mistakes", async () => {
		expect(await guard(["probe", "--help"])).toMatchObject({
			code: 0,
			err: "",
		});
		const { code, out, err } = await guard(["probe", "--mode", "x"]);
		expect({ code, out }).toEqual({ code: 2, out: "" });
		expect(
			err
				.trim()
				.split("\n")
				.every((line) => line.startsWith("guard: ")),
		).toBe(true);
	});
});

describe("against an embedded registry", () => {
	let registry: EmbeddedRegistry;
	let folder: string;
	const content = multiArch("app");
	const [child = ""] = content.manifests.keys();

	beforeEach(async () => {
		folder = mkdtempSync(join(tmpdir(), "guard-"));
		registry = await startEmbeddedRegistry({
			auth: { kind: "basic", user: "u", password: "p" },
		});
		registry.store.put("team/app", content, "v1");
		registry.store.put("team/other", multiArch("other", { layers: 20 }), "v1");
	});
	afterEach(async () => {
		await registry.close();
		rmSync(folder, { recursive: true });
	});
	const env = (more: Record<string, string> = {}) => ({
		REGISTRY_URL: registry.origin,
		REG_USER: "u",
		REG_PASS: "p",
		...more,
	});

	test("exit 0, 1 and 3; findings are printed though the Pushgateway is down", async () => {
		expect((await guard(["probe"], env())).code).toBe(0);
		registry.store.deleteLink("team/app", child);
		const file = join(folder, "report.json");
		const broken = await guard(["probe", "--report", file], env());
		expect(broken).toMatchObject({
			code: 1,
			err: "",
			out: expect.stringContaining(`manifest ${child}`),
		});
		expect(JSON.parse(readFileSync(file, "utf8")).findings).toHaveLength(1);
		expect(readdirSync(folder)).toEqual(["report.json"]);
		const gateway = await startFakePushgateway();
		await gateway.close();
		const unpublished = await guard(
			["probe", "--exit-zero"],
			env({ PUSHGATEWAY: gateway.url }),
		);
		expect(unpublished).toMatchObject({
			code: 3,
			out: expect.stringContaining(`manifest ${child}`),
		});
		expect(unpublished.err).toMatch(/guard: pushgateway: PUT .*ECONNREFUSED/);
		const refused = await guard(["probe"], env({ REG_PASS: "s3cret" }));
		expect(refused.code).toBe(3);
		expect(refused.out + refused.err).not.toContain("s3cret");
	});

	test("verify and doctor", async () => {
		const ref = `${registry.origin}/team/app:v1`;
		expect(await guard(["verify", ref], env())).toMatchObject({
			code: 0,
			out: expect.stringContaining("└─"),
		});
		expect(await guard(["doctor"], env())).toMatchObject({
			code: 0,
			out: expect.stringContaining("auth        ok"),
		});
	});

	test.each(["SIGTERM", "SIGINT"] as const)(
		"%s: publishes what it has as partial and ends by itself",
		async (signal) => {
			const gateway = await startFakePushgateway();
			let isSent = false;
			const reached = new Promise<void>((resolve) => {
				registry.before = async (request) => {
					if (!request.url?.includes("/blobs/")) return false;
					resolve();
					while (!isSent) await new Promise((again) => setTimeout(again, 5));
					return false;
				};
			});
			const { child: running, ended } = start(
				["probe", "--json"],
				env({ PUSHGATEWAY: gateway.url, REGISTRY_INSTANCE: "lab" }),
			);
			await reached;
			running.kill(signal);
			// time for the signal to arrive before the answers do
			await new Promise((resolve) => setTimeout(resolve, 200));
			isSent = true;
			const { code, out } = await ended;
			expect(code).toBe(3);
			const report = JSON.parse(out);
			expect(report).toMatchObject({ outcome: "partial", pushed: true });
			expect(report.inconclusive[0].reason).toBe("deadline");
			expect(gateway.requests.at(-1)).toMatch(/^POST .*\/instance\/lab$/);
			await gateway.close();
		},
	);

	test("a result that cannot be told is no finding: exit 3", () => {
		const full = openSync("/dev/full", "w");
		const { status, stderr } = spawnSync(
			process.execPath,
			[BUNDLE, "probe", "--help"],
			{ stdio: ["ignore", full, "pipe"], encoding: "utf8" },
		);
		closeSync(full);
		expect(status).toBe(3);
		expect(stderr).toContain("ENOSPC");
	});

	test("a reader that goes away changes nothing", async () => {
		const { child: running, ended } = start(["probe", "--json"], env());
		running.stdout?.destroy();
		expect(await ended).toEqual({ code: 0, out: "", err: "" });
	});
});
