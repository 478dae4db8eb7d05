import { COMMANDS, METRICS } from "../../lib/guard/contract";
import {
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "../support/embedded-registry";
import {
	type FakePushgateway,
	startFakePushgateway,
} from "../support/fake-pushgateway";
import { multiArch } from "../support/images";
import { runCli } from "../support/run-cli";

const PREFIX = "registry_manifest_integrity";
const JOB = "registry-integrity-probe";
let registry: EmbeddedRegistry;
let gateway: FakePushgateway;
const content = multiArch("app");
const child = [...content.manifests.keys()][0] ?? "";

beforeEach(async () => {
	registry = await startEmbeddedRegistry();
	gateway = await startFakePushgateway();
	registry.store.put("team/app", content, "v1", "latest");
	registry.store.put("team/other", multiArch("other"), "v1");
});
afterEach(async () => {
	await Promise.all([registry.close(), gateway.close()]);
});

const probe = (...flags: string[]) =>
	runCli(["probe", registry.origin, ...flags]);
const toLab = () => ["--push", gateway.url, "--instance", "lab"];
const pushing = (...flags: string[]) => probe(...toLab(), ...flags);
const breakChild = () => registry.store.deleteLink("team/app", child);
const series = (name: keyof typeof METRICS) =>
	gateway.series(METRICS[name].name).map((line) => line.replace(/^[^{]*/, ""));

describe("program", () => {
	test("--version, --help, help of each command", async () => {
		expect(await runCli(["--version"])).toMatchObject({
			code: 0,
			out: "1.2.3\n",
		});
		const { code, out } = await runCli(["--help"]);
		expect(code).toBe(0);
		for (const each of Object.keys(COMMANDS)) {
			expect(out).toContain(`  ${each} `);
			const own = await runCli([each, "--help", "--nope"]);
			expect(own).toMatchObject({ code: 0, err: "" });
			expect(own.out).toContain(`usage: guard ${each}`);
		}
		expect(out).not.toMatch(/\blint\b/);
	});

	test("mistakes go to stderr, a line each, exit 2, and nothing is asked", async () => {
		const { code, out, err } = await probe("--mode", "x", "--deadline", "y");
		expect({ code, out }).toEqual({ code: 2, out: "" });
		expect(err.trim().split("\n")).toHaveLength(2);
		expect(registry.requests).toHaveLength(0);
	});
});

describe("probe", () => {
	test("whole: exit 0, all families, nothing on stderr", async () => {
		const { code, out, err } = await pushing();
		expect({ code, err }).toEqual({ code: 0, err: "" });
		expect(out).toMatch(
			/^http:\/\/127.0.0.1:\d+: complete, whole\nlooked at 2 repositories, 3 tags, 2 indexes, 8 manifests, 20 blobs \(/,
		);
		const [group, ...others] = gateway.groups.values();
		expect(others).toEqual([]);
		expect(group?.labels).toEqual({ job: JOB, instance: "lab" });
		expect(series("failures")).toEqual([`{job="${JOB}",instance="lab"} 0`]);
		expect(series("lastSuccess")).toHaveLength(1);
		// no broken tag, no catalog error, no certificate
		expect(group?.families.size).toBe(Object.keys(METRICS).length - 3);
		expect(gateway.requests).toEqual([
			"GET /metrics",
			`PUT /metrics/job/${JOB}/instance/lab`,
		]);
	});

	test("broken: exit 1, a line that says what, and what to do", async () => {
		breakChild();
		const { code, out } = await pushing();
		expect(code).toBe(1);
		expect(out).toMatch(/complete, 2 broken tags, 1 bad node\n/);
		const line = out.split("\n").find((each) => each.startsWith("BROKEN"));
		expect(line).toMatch(
			/^BROKEN {2}team\/app:(latest,v1|v1,latest) {2}manifest sha256:/,
		);
		expect(line).toContain(`manifest ${child}  missing`);
		expect(out).toMatch(/\n {2}repush: .*skopeo/);
		expect(series("failures")).toEqual([`{job="${JOB}",instance="lab"} 2`]);
		expect(series("brokenTagInfo")).toHaveLength(2);
	});

	test("--exit-zero: findings do not count, a failed push does", async () => {
		breakChild();
		expect((await pushing("--exit-zero")).code).toBe(0);
		gateway.broken = 500;
		expect((await pushing("--exit-zero")).code).toBe(3);
	});

	test("Pushgateway down: exit 3, one line on stderr each time, findings still printed", async () => {
		breakChild();
		await gateway.close();
		const { code, out, err } = await pushing();
		expect(code).toBe(3);
		expect(out).toMatch(/BROKEN {2}team\/app/);
		expect(out).toContain("NOT PUSHED");
		expect(err.trim().split("\n")).toEqual([
			expect.stringMatching(
				/^pushgateway: GET .*ECONNREFUSED.*not looked at again$/,
			),
			expect.stringMatching(/^pushgateway: PUT .*ECONNREFUSED/),
		]);
		gateway = await startFakePushgateway();
	});

	test.each([400, 500, 503])(
		"Pushgateway answers %s to the push",
		async (status) => {
			gateway.broken = status;
			gateway.brokenMethod = "PUT";
			const { code, err, out } = await pushing("--json");
			expect(code).toBe(3);
			expect(err).toMatch(
				new RegExp(`PUT .*: got ${status} the gateway is ill, wanted 200\n$`),
			);
			expect(JSON.parse(out).pushed).toBe(false);
		},
	);

	test("a Pushgateway that hangs does not take the time of the look", async () => {
		gateway.broken = "hang";
		const began = Date.now();
		const { code, out } = await pushing("--deadline", "5s");
		expect(code).toBe(3);
		expect(out).toMatch(/: complete, whole\n/);
		expect(Date.now() - began).toBeLessThan(5000);
	});

	test("in-use without a token: said on stderr, in_use unknown, and the look goes on", async () => {
		breakChild();
		const { code, out, err } = await runCli(
			["probe", registry.origin, "--in-use", "kubernetes", "--metrics"],
			{ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: "1" },
		);
		expect(code).toBe(1);
		expect(err).toMatch(/token.*; in_use is unknown\n$/);
		expect(out).toContain('in_use="unknown"} 1');
	});

	test("registry down: blind, exit 3, the last known failures stay", async () => {
		breakChild();
		await pushing();
		const before = series("failures");
		await registry.close();
		const { code, out } = await pushing();
		expect(code).toBe(3);
		expect(out).toMatch(/: blind, nothing broken seen\n/);
		expect(out).toMatch(/COULD NOT LOOK {2}network: 1/);
		expect(series("failures")).toEqual(before);
		expect(series("catalogAccessible")).toEqual([
			`{job="${JOB}",instance="lab"} 0`,
		]);
		expect(series("catalogErrorInfo")).toEqual([
			`{reason="network",job="${JOB}",instance="lab"} 1`,
		]);
		registry = await startEmbeddedRegistry();
	});

	test("partial: what an earlier run found stays, and no success is said", async () => {
		breakChild();
		await pushing();
		const [success] = series("lastSuccess");
		// the broken repository cannot be listed now
		registry.before = (request, response) => {
			if (!request.url?.startsWith("/v2/team/app/")) return false;
			response.writeHead(401).end();
			return true;
		};
		const later = () => Date.now() + 3_600_000;
		const { code, out } = await runCli(
			["probe", registry.origin, ...toLab(), "--deadline", "2h"],
			{},
			{ now: later },
		);
		expect(code).toBe(3);
		expect(out).toMatch(/: partial, nothing broken seen\n/);
		expect(series("failures")).toEqual([`{job="${JOB}",instance="lab"} 2`]);
		expect(series("brokenTagInfo")).toHaveLength(2);
		expect(series("lastSuccess")).toEqual([success]);
		expect(gateway.requests.at(-1)).toBe(
			`POST /metrics/job/${JOB}/instance/lab`,
		);

		// mended: the next complete run takes all of it back
		registry.before = undefined;
		registry.store.put("team/app", content, "v1", "latest");
		expect((await pushing()).code).toBe(0);
		expect(series("failures")).toEqual([`{job="${JOB}",instance="lab"} 0`]);
		expect(series("brokenTagInfo")).toEqual([]);
		expect(series("catalogErrorInfo")).toEqual([]);
	});

	test("what one window found is looked at in the next, whatever the rotation", async () => {
		for (let i = 0; i < 6; i++)
			registry.store.put("team/many", multiArch(`m${i}`), `t${i}`);
		const broken = multiArch("m3");
		registry.store.deleteLink(
			"team/many",
			[...broken.manifests.keys()][0] ?? "",
		);
		const at = (window: number) => {
			const now = Math.floor(Date.now() / 900_000 + window) * 900_000;
			const shift = now - Date.now();
			return runCli(
				[
					"probe",
					registry.origin,
					...toLab(),
					"--tags-per-repo",
					"1",
					"--deadline",
					"24h",
				],
				{},
				{ now: () => Date.now() + shift },
			);
		};
		const codes: number[] = [];
		for (let window = 0; window < 6; window++)
			codes.push((await at(window)).code);
		const first = codes.indexOf(1);
		expect(first).toBeGreaterThanOrEqual(0);
		// found once, then found in every window
		expect(codes.slice(first)).toEqual(codes.slice(first).map(() => 1));
	});

	test("shards publish side by side, shard 0 sweeps up what is no shard", async () => {
		await pushing();
		const shard = (index: number) =>
			runCli(
				["probe", registry.origin, ...toLab(), "--min-repositories", "0"],
				{ SHARDS: "2", JOB_COMPLETION_INDEX: String(index) },
			);
		expect((await shard(1)).code).toBe(0);
		expect(gateway.groups.size).toBe(2);
		const { err } = await shard(0);
		expect(err).toContain("deleted the group");
		expect(
			[...gateway.groups.values()].map((each) => each.labels.shard).sort(),
		).toEqual(["0", "1"]);
		expect(
			series("tagsChecked")
				.map((line) => Number(line.split(" ")[1]))
				.reduce((a, b) => a + b),
		).toBe(3);
		await pushing();
		expect(
			[...gateway.groups.values()].map((each) => each.labels.shard),
		).toEqual([undefined]);
	});

	test("--metrics is what would be pushed, --report the JSON beside it", async () => {
		const { code, out, files } = await probe(
			"--metrics",
			"--report",
			"/r.json",
		);
		expect(code).toBe(0);
		expect(out).toMatch(/^# HELP registry_manifest_integrity_failures /);
		expect(out).toContain(`${PREFIX}_tags_checked 3\n`);
		const report = JSON.parse(files.get("/r.json") ?? "");
		expect(report).toMatchObject({
			schema: 1,
			version: "1.2.3",
			command: "probe",
			registry: registry.origin,
			instance: registry.host,
			pushed: null,
			outcome: "complete",
		});
	});

	test("a report that cannot be written: exit 3, the result still printed", async () => {
		breakChild();
		const { code, out, err } = await runCli(
			["probe", registry.origin, "--report", "/no/such/r.json"],
			{},
			{
				writeFile: (path) => {
					throw new Error(`ENOENT: no such file or directory, open '${path}'`);
				},
			},
		);
		expect(code).toBe(3);
		expect(out).toContain("BROKEN");
		expect(err).toBe(
			"--report: ENOENT: no such file or directory, open '/no/such/r.json'\n",
		);
	});

	test("credentials that nobody asks for: another registry stands there", async () => {
		const { code, out } = await runCli(["probe", registry.origin], {
			REG_USER: "u",
			REG_PASS: "s3cret",
		});
		expect(code).toBe(3);
		expect(out).toMatch(/blind/);
		expect(out).toMatch(/COULD NOT LOOK {2}wrong-backend/);
		expect(out).not.toContain("s3cret");
	});

	test("told to end: what was covered is published as partial, reason deadline", async () => {
		const stop = new AbortController();
		breakChild();
		// the repository that is whole waits until the other has met its broken child
		registry.before = async (request) => {
			if (!request.url?.startsWith("/v2/team/other/blobs/")) return false;
			while (!registry.requests.some(({ status }) => status === 404))
				await new Promise((resolve) => setTimeout(resolve, 5));
			stop.abort();
			return false;
		};
		const { code, out } = await runCli(
			["probe", registry.origin, ...toLab(), "--concurrency", "1"],
			{},
			{ stop: stop.signal },
		);
		// confirmed by a second look, and said though the run is cut short
		expect(code).toBe(1);
		expect(out).toContain(`manifest ${child}  missing`);
		expect(out).toMatch(/: partial, /);
		expect(out).toMatch(/COULD NOT LOOK {2}deadline/);
		expect(series("lastRun")).toHaveLength(1);
		expect(series("lastSuccess")).toEqual([]);
	});

	test("progress goes to a terminal only, and is wiped", async () => {
		const lines: string[] = [];
		await runCli(
			["probe", registry.origin],
			{},
			{
				progress: (line) => void lines.push(line),
			},
		);
		expect(lines.at(-1)).toBe("");
		expect(lines[0]).toMatch(/^\d\/\d repositories, \d+ tags, 0 findings$/);
	});
});
