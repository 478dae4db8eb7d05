import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { SCAN_METRICS } from "../../lib/guard/contract";
import { parseSample } from "../../lib/guard/exposition";
import { Hashes } from "../../lib/guard/scan/hashes";
import { isProxyConfig } from "../../lib/guard/scan/proxy-config";
import { children } from "../support/damage";
import { multiArch, sha256 } from "../support/images";
import { runCli } from "../support/run-cli";
import { plant, Storage } from "../support/storage";
import { plantedStore } from "./planted-store";

const APP = multiArch("scan/command");
const [CHILD = ""] = children(APP, APP.root);
const validate = new Ajv2020({
	validateFormats: false,
	allErrors: true,
	strictRequired: false,
}).compile(JSON.parse(readFileSync("docs/report.schema.json", "utf8")));

let base: string;
let store: string;
let storage: Storage;
beforeEach(() => {
	({ base, store, storage } = plantedStore(APP));
});
afterEach(() => rmSync(base, { recursive: true }));

const guard = (...argv: string[]) => runCli(["scan", ...argv]);

describe("the command", () => {
	test("whole: exit 0, one line a store", async () => {
		const { code, out, err } = await guard(base);
		expect({ code, err }).toEqual({ code: 0, err: "" });
		expect(out).toMatch(/^\S+: complete, whole\nprivate: complete, looked at/);
	});

	test("findings: exit 1, the words for the journal, a report of the schema", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		const { code, out, err, files } = await guard(
			store,
			"--json",
			"--report",
			"r.json",
			"--instance",
			"vm",
		);
		expect(code).toBe(1);
		expect(err).toBe(
			`ORPHAN INDEX private: app:v1 ${APP.root}: manifest ${CHILD} missing\n`,
		);
		const report = JSON.parse(out);
		validate(report);
		expect(validate.errors).toBeNull();
		expect(report).toMatchObject({
			command: "scan",
			registry: null,
			instance: "vm",
			mode: "head",
			pushed: null,
			findings: [{ store: "private", digest: CHILD }],
			untagged: [],
			orphanLayerLinks: [],
		});
		expect(JSON.parse(files.get("r.json") ?? "")).toEqual(report);
		expect((await guard(store)).out).toContain(
			`BROKEN  app:v1  manifest ${CHILD}  missing (expected`,
		);
	});

	test("could not look: exit 3; findings come before that", async () => {
		const nothing = join(base, "nothing");
		expect(await guard(nothing)).toMatchObject({
			code: 3,
			out: expect.stringContaining("no such file"),
		});
		rmSync(storage.revisionLink("app", CHILD));
		const twice = await guard(base, "--report", "r");
		expect(twice.code).toBe(1);
		const failed = await runCli(
			["scan", base, "--report", "r"],
			{},
			{
				writeFile: () => {
					throw new Error("disk full");
				},
			},
		);
		expect(failed).toMatchObject({
			code: 3,
			err: expect.stringContaining("--report: disk full"),
		});
	});

	test.each([
		[["a", "b"], "one too many"],
		[["--http-report", "none"], "a file that can be read"],
		[["--mode", "full"], "no flag of scan"],
	])("mistakes: %j", async (argv, text) => {
		expect(await guard(...argv)).toMatchObject({
			code: 2,
			err: expect.stringContaining(text),
		});
	});

	test("--fix-layer-links --dry-run only lists", async () => {
		const gone = sha256("gone");
		const link = storage.layerLink("app", gone);
		storage.write(link, gone);
		const dry = await guard(base, "--fix-layer-links", "--dry-run");
		expect(dry).toMatchObject({ code: 0, err: `would remove ${link}\n` });
		expect(dry.out).toContain("1 layer link without a blob");
		const wet = await guard(base, "--fix-layer-links");
		expect(wet.err).toBe(`removed ${link}\n`);
		expect((await guard(base)).out).not.toContain("layer link");
	});

	test("--http-report adds what the difference to HTTP means", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		const probe = {
			schema: 1,
			command: "probe",
			mode: "tail",
			outcome: "complete",
			findings: [],
		};
		const io = { readFile: () => JSON.stringify(probe) };
		const run = (...more: string[]) =>
			runCli(["scan", ...more, "--http-report", "p"], {}, io);
		const { out } = await run(store);
		expect(out).toMatch(
			/DIAGNOSIS {2}app:v1 .* disk missing, http whole: .*link is lost.*from its memory/,
		);
		const report = JSON.parse((await run(store, "--json")).out);
		validate(report);
		expect(validate.errors).toBeNull();
		expect(report.diagnoses).toHaveLength(1);
		new Storage(join(base, "other")).put("app", APP, "v1");
		const link = storage.layerLink("app", sha256("gone"));
		storage.write(link, sha256("gone"));
		// before anything is looked at or removed
		expect(await run(base, "--fix-layer-links")).toMatchObject({
			code: 2,
			out: "",
			err: expect.stringMatching(/^--http-report: .* holds 2 stores; .*\n$/),
		});
		expect(existsSync(link)).toBe(true);
	});
});

describe("--textfile", () => {
	const FILE = "registry_guard_scan.prom";
	const seriesOf = (text: string) =>
		Object.fromEntries(
			text.split("\n").flatMap((line) => {
				const sample = parseSample(line);
				return sample
					? [[`${sample.name} ${sample.labels.registry}`, sample.value]]
					: [];
			}),
		);
	const write = async (at: number, earlier = "") => {
		const { files } = await runCli(
			["scan", base, "--textfile", FILE],
			{},
			{
				now: () => at * 1000,
				readFile: () => earlier,
			},
		);
		return files.get(FILE) ?? "";
	};
	const { findings, lastRun, lastSuccess, complete } = SCAN_METRICS;

	test("every family, labelled with the store", async () => {
		const text = await write(1000);
		const series = seriesOf(text);
		expect(Object.keys(series).sort()).toEqual(
			Object.values(SCAN_METRICS)
				.map(({ name }) => `${name} private`)
				.sort(),
		);
		expect(series).toMatchObject({
			[`${findings.name} private`]: 0,
			[`${complete.name} private`]: 1,
			[`${lastRun.name} private`]: 1000,
		});
	});

	test("an earlier value that is no number hides nothing", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		symlinkSync("/", join(store, "docker/registry/v2/repositories/away"));
		const earlier = `${findings.name}{registry="private"} NaN\n`;
		expect(seriesOf(await write(1000, earlier))).toMatchObject({
			[`${findings.name} private`]: 1,
			[`${complete.name} private`]: 0,
		});
	});

	test("a scan that could not look at all never says that nothing is broken", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		const broken = await write(1000);
		rmSync(join(store, "docker/registry/v2/repositories"), { recursive: true });
		const blind = await write(2000, broken);
		const series = seriesOf(blind);
		expect(series).toMatchObject({
			[`${findings.name} private`]: 1,
			[`${complete.name} private`]: 0,
			[`${lastSuccess.name} private`]: 1000,
		});
		expect(series).not.toHaveProperty([`${lastRun.name} private`]);
		rmSync(store, { recursive: true });
		expect(seriesOf(await write(3000, blind))).toEqual({
			[`${findings.name} private`]: 1,
			[`${SCAN_METRICS.brokenTags.name} private`]: 1,
			[`${SCAN_METRICS.untagged.name} private`]: 0,
			[`${lastSuccess.name} private`]: 1000,
		});
		storage.put("app", APP, "v1");
		expect(seriesOf(await write(4000, blind))).toMatchObject({
			[`${findings.name} private`]: 0,
		});
	});
});

test.each([
	["proxy:\n  remoteurl: https://quay.io\n", true],
	[
		"version: 0.1\nproxy:\n  # an upstream\n  username: x\n\n  remoteurl: https://quay.io\nhttp: {}\n",
		true,
	],
	['proxy: { "remoteurl": "https://quay.io" }\n', true],
	["proxy: {remoteurl: 'https://quay.io'}", true],
	['{"proxy":{"remoteurl":"https://quay.io"}}', true],
	["proxy:\n  remoteurl:\n", false],
	["proxy:\n  remoteurl: ''\n", false],
	["proxy:\n  # remoteurl: https://quay.io\n", false],
	["#proxy:\n#  remoteurl: https://quay.io\n", false],
	["http:\n  proxy:\n    remoteurl: https://quay.io\n", false],
	["proxy:\nother:\n  remoteurl: https://quay.io\n", false],
	['{"version":0.1}', false],
	["{not json", false],
	["", false],
])("a config that makes a cache: %j", (text, is) => {
	expect(isProxyConfig(text)).toBe(is);
});

test("hashes: what was read once is known by its digest, whole or not", () => {
	const hashes = new Hashes();
	const digests = Array.from({ length: 3000 }, (_, i) => sha256(String(i)));
	for (const digest of digests.slice(0, 2000)) {
		hashes.set(digest, digest);
		hashes.set(digest, digest);
	}
	hashes.set(digests[2000] ?? "", "sha256:other");
	const known = digests.map((digest) => hashes.get(digest));
	expect(known.slice(0, 2000)).toEqual(digests.slice(0, 2000));
	expect(known[2000]).toBe("sha256:other");
	expect(known.slice(2001).filter(Boolean)).toEqual([]);
	expect(hashes.get(`sha512:${"a".repeat(128)}`)).toBeUndefined();
});
