import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GC_METRICS } from "../../lib/guard/contract";
import type { Scan } from "../../lib/guard/gate-look";
import { runGate } from "../../lib/guard/run-gate";
import type { ScanFinding, ScanResult } from "../../lib/guard/scan/scan-result";
import { writeAtomically } from "../../lib/guard/write-atomically";
import { startEmbeddedRegistry } from "../support/embedded-registry";
import { multiArch } from "../support/images";
import { runCli } from "../support/run-cli";
import { Storage } from "../support/storage";

const CONTENT = multiArch("app");
const COUNTS = {
	repositories: 1,
	tags: 1,
	brokenTags: 0,
	indexes: 1,
	manifests: 5,
	blobs: 10,
	requests: 0,
	bytes: 0,
	weakReads: 0,
};
const BROKEN: ScanFinding = {
	store: "private",
	repository: "app",
	tags: ["v1"],
	digest: CONTENT.root,
	path: [{ kind: "index", digest: CONTENT.root }],
	kind: "index",
	reason: "missing",
	expected: null,
	got: null,
	inUse: null,
	repair: { action: "relink", commands: ["put the link back"] },
};
const LOST = GC_METRICS.lost.name;
const OPEN = GC_METRICS.openSince.name;

let folder: string;
let base: string;
let state: string;
let textfile: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "gate-"));
	base = join(folder, "private");
	state = join(folder, "state.json");
	textfile = join(folder, "gate.prom");
	new Storage(base).put("app", CONTENT, "v1");
});
afterEach(() => rmSync(folder, { recursive: true }));

const usage = (...argv: string[]) => runCli(["gate", ...argv]);

/** A scan that says what it is told, as the one of a store at `base`. */
const seeing =
	(over: Partial<ScanResult> = {}, path = base): Scan =>
	async () => ({
		outcome: "complete",
		counts: COUNTS,
		findings: [],
		inconclusive: [],
		untagged: [],
		orphanLayerLinks: [],
		stores: [
			{
				name: "private",
				path,
				isCache: true,
				outcome: "complete",
				counts: COUNTS,
				findings: [],
				inconclusive: [],
				untagged: [],
				untaggedCount: 0,
				orphanLayerLinks: [],
				orphanLayerLinkCount: 0,
				inconclusiveCount: 0,
				durationSeconds: 0,
			},
		],
		...(over as object),
	});

/** The gate over a cache: the disk alone. */
async function gate(action: "open" | "close", scan = seeing(), own = {}) {
	let out = "";
	let err = "";
	const code = await runGate(
		{
			command: "gate",
			action,
			state,
			base,
			registry: undefined,
			instance: "private",
			concurrency: 1,
			deadline: 60_000,
			report: undefined,
			textfile,
			output: "text",
			ca: undefined,
			realmHosts: [],
			credentialsFor: () => undefined,
			...own,
		},
		{
			version: "1.2.3",
			env: {},
			now: Date.now,
			readFile: (path) => readFileSync(path, "utf8"),
			writeFile: writeAtomically,
			removeFile: (path) => rmSync(path, { force: true }),
			out: (text) => {
				out += text;
			},
			log: (line) => {
				err += `${line}\n`;
			},
			progress: undefined,
			killGroup: () => {},
			startThread: undefined,
			stop: new AbortController().signal,
		},
		scan,
	);
	return { code, out, err };
}
const metrics = () => readFileSync(textfile, "utf8");

describe("gate", () => {
	test("what is wrong with the command line is said at once", async () => {
		const { code, err } = await usage("shut", "a", "b", "--registry", "x y");
		expect(code).toBe(2);
		expect(err.trim().split("\n")).toEqual([
			expect.stringMatching(/^operand "b": one too many/),
			expect.stringMatching(/^open\|close: got "shut"; wanted open or close/),
			expect.stringMatching(/^--base: missing/),
			expect.stringMatching(/^--registry: got "x y"; wanted https:\/\//),
		]);
		for (const [argv, message] of [
			["open S --base D", /^--registry or --cache: neither given; wanted one/],
			[
				"open S --base D --cache --registry https://r",
				/^--registry and --cache: both given; wanted one of them/,
			],
			["open S --base D --registry http://r", /wanted https:/],
			["close --base D --cache", /^STATE: missing/],
			["", /^open\|close: missing.*\nSTATE: missing/],
		] as const) {
			const said = await usage(...argv.split(" ").filter(Boolean));
			expect(said.code).toBe(2);
			expect(said.err).toMatch(message);
		}
	});

	test("open, close: nothing lost, and the metrics say so", async () => {
		expect(await gate("open")).toMatchObject({
			code: 0,
			out: `gate ${base}: open, everything is whole\nlooked at disk: 1 repository, 1 tag\n`,
			err: "",
		});
		expect(metrics()).toMatch(
			new RegExp(`^${OPEN}\\{registry="private"\\} [1-9]\\d{9}$`, "m"),
		);
		expect(metrics()).not.toContain(`${LOST}{`);
		expect(await gate("close")).toMatchObject({
			code: 0,
			out: expect.stringContaining("closed, nothing lost"),
		});
		expect(metrics()).toContain(`${LOST}{registry="private"} 0\n`);
		expect(metrics()).toContain(`${OPEN}{registry="private"} 0\n`);
		// the answer stays the same however often it is asked
		expect(existsSync(state)).toBe(true);
	});

	test("open on what is broken: exit 1, no STATE, an old one removed first", async () => {
		await gate("open");
		const { code, out } = await gate("open", seeing({ findings: [BROKEN] }));
		expect(code).toBe(1);
		expect(out).toMatch(
			/stays shut, 1 finding: repair first.*\n.*\nBROKEN {2}/,
		);
		expect(existsSync(state)).toBe(false);
		expect(metrics()).toContain(`${OPEN}{registry="private"} 0\n`);
	});

	test("open on what could not be seen whole: exit 3, no STATE", async () => {
		const partial = seeing({
			outcome: "partial",
			inconclusive: [{ reason: "protocol", detail: "x: EACCES" }],
		});
		const { code, out } = await gate("open", partial);
		expect(code).toBe(3);
		expect(out).toMatch(/stays shut, the look was partial\n.*\nCOULD NOT LOOK/);
		expect(existsSync(state)).toBe(false);
	});

	test("close after a loss: exit 1, it is named, the metric counts it and STATE stays", async () => {
		await gate("open");
		const { code, out } = await gate("close", seeing({ findings: [BROKEN] }));
		expect(code).toBe(1);
		expect(out).toMatch(
			/: 1 loss: whole before the collection, not whole after/,
		);
		expect(out).toContain(`LOST  app:v1  ${CONTENT.root}  missing\n`);
		expect(out).toContain("relink: put the link back");
		expect(metrics()).toContain(`${LOST}{registry="private"} 1\n`);
		expect(existsSync(state)).toBe(true);
		// the next opening does not forget it
		await gate("open");
		expect(metrics()).toContain(`${LOST}{registry="private"} 1\n`);
	});

	test("close that could not look: exit 3, still open", async () => {
		await gate("open");
		const before = metrics();
		const { code } = await gate("close", seeing({ outcome: "partial" }));
		expect(code).toBe(3);
		expect(metrics()).toBe(before);
	});

	test("close on a cache that lost its disk: exit 3, still open until it is back", async () => {
		await gate("open");
		renameSync(base, `${base}.away`);
		mkdirSync(base);
		const { code, out, err } = await gate("close");
		expect({ code, err }).toEqual({
			code: 3,
			err: expect.stringMatching(/: empty; is its disk mounted\?\n$/),
		});
		expect(out).toMatch(/not closed, the look was blind/);
		expect(metrics()).not.toContain(`${OPEN}{registry="private"} 0\n`);
		rmSync(base, { recursive: true });
		renameSync(`${base}.away`, base);
		expect(await gate("close")).toMatchObject({ code: 0 });
	});

	test("close without STATE: exit 0, nothing looked at, no metric changed", async () => {
		writeFileSync(textfile, `${LOST}{registry="private"} 7\n`);
		const never: Scan = () => Promise.reject(new Error("looked"));
		const { code, err } = await gate("close", never);
		expect(code).toBe(0);
		expect(err).toMatch(/^STATE: none/);
		const json = await gate("close", never, { output: "json" });
		expect(JSON.parse(json.out)).toMatchObject({ outcome: null, lost: [] });
		expect(metrics()).toBe(`${LOST}{registry="private"} 7\n`);
		// but for that the gate is open, which it is not
		writeFileSync(
			textfile,
			`${LOST}{registry="private"} 7\n${OPEN}{registry="private"} 5\n`,
		);
		await gate("close", never);
		expect(metrics()).toContain(`${LOST}{registry="private"} 7\n`);
		expect(metrics()).toContain(`${OPEN}{registry="private"} 0\n`);
	});

	test("a STATE that makes no sense, or of another gate: exit 3, and why", async () => {
		await gate("open");
		const whole = readFileSync(state, "utf8");
		const close = async (text: string, own = {}) => {
			writeFileSync(state, text);
			const { code, err } = await gate("close", seeing(), own);
			expect(code).toBe(3);
			return err;
		};
		expect(await close("")).toMatch(/got an empty file, wanted what gate/);
		expect(await close(whole.slice(0, -20))).toMatch(/got no whole JSON/);
		expect(await close("[]")).toMatch(/got a file of something else/);
		expect(await close(whole.replace('"schema":1', '"schema":2'))).toMatch(
			/got schema 2 of guard "1.2.3", wanted schema 1/,
		);
		expect(await close(whole.replace('"whole"', '"hole"'))).toMatch(
			/got fields missing or of another type/,
		);
		expect(await close(whole, { base: "/other" })).toMatch(
			/got --base \/other, wanted .*private as gate open had/,
		);
		rmSync(state);
		mkdirSync(state);
		expect((await gate("close")).err).toMatch(/^STATE: EISDIR/);
		expect((await gate("open")).code).toBe(3);
	});

	test("a STATE that cannot be written: exit 3, and the gate is not open", async () => {
		state = join(folder, "none", "state.json");
		const { code, out, err } = await gate("open");
		expect(code).toBe(3);
		expect(out).toMatch(/stays shut: everything is whole, and that could not/);
		expect(err).toMatch(/^STATE: ENOENT/);
		expect(metrics()).toContain(`${OPEN}{registry="private"} 0\n`);
	});

	test("a registry that is pushed to is walked as well: what only it shows is a loss too", async () => {
		const registry = await startEmbeddedRegistry();
		try {
			const origin = { origin: registry.origin, host: registry.host };
			const walked = { registry: origin };
			// it serves another store: one tag fewer
			new Storage(base).put("app", CONTENT, "v2");
			registry.store.put("app", CONTENT, "v1");
			const other = await gate("open", seeing(), walked);
			expect(other.code).toBe(3);
			expect(other.out).toMatch(
				/COULD NOT LOOK {2}wrong-backend: 1\n.*shows 1 tags, the store has 2: it serves another store/,
			);
			registry.store.put("app", CONTENT, "v2");
			expect(await gate("open", seeing(), walked)).toMatchObject({
				code: 0,
				out: expect.stringContaining("looked at disk and registry: 1 rep"),
			});
			const [child = ""] = [...CONTENT.manifests.keys()];
			registry.store.deleteLink("app", child);
			const { code, out } = await gate("close", seeing(), walked);
			expect(code).toBe(1);
			expect(out).toContain(`LOST  app:v1,v2  ${child}  missing\n`);
			// somebody deleted one meanwhile
			const link = new Storage(base).tagLink("app", "v2");
			rmSync(join(link, "../.."), { recursive: true });
			expect((await gate("close", seeing(), walked)).out).toContain(
				`LOST  app:v2  ${CONTENT.root}  gone: deleted, no collection takes a tag away\n`,
			);
			new Storage(base).put("app", CONTENT, "v2");
			// the gate of a cache is another one
			expect((await gate("close")).err).toMatch(
				/got --registry \(--cache\), wanted http:.* as gate open had/,
			);
			// nobody answers: not closed
			await registry.close();
			const down = { ...walked, deadline: 300 };
			const blind = await gate("close", seeing(), down);
			expect(blind.code).toBe(3);
			expect(blind.out).toMatch(/not closed, the look was blind/);
		} finally {
			await registry.close();
		}
	});

	test("a folder of stores is no store", async () => {
		await expect(gate("open", seeing({}, join(base, "x")))).rejects.toThrow(
			/--base: got ".*private", a folder of 1 stores; wanted one store/,
		);
	});

	test("a report of both, and a metrics file that was garbled", async () => {
		writeFileSync(textfile, "what is this\n");
		const report = join(folder, "open.json");
		const { code, err } = await gate("open", seeing(), { report });
		expect({ code, err }).toEqual({
			code: 0,
			err: expect.stringMatching(/^--textfile: .*; the line is left out\n$/),
		});
		expect(JSON.parse(readFileSync(report, "utf8"))).toMatchObject({
			schema: 1,
			command: "gate",
			action: "open",
			base,
			registry: null,
			outcome: "complete",
			lost: [],
			scan: { outcome: "complete" },
			walk: null,
		});
		truncateSync(textfile);
	});
});
