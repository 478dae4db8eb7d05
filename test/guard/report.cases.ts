import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020";
import {
	INCONCLUSIVE_REASONS,
	KINDS,
	OUTCOMES,
	PROBE_MODES,
	REASONS,
	REPAIR_ACTIONS,
	TEXT_FINDING_LIMIT,
} from "../../lib/guard/contract";
import type { Finding, Report } from "../../lib/guard/finding";
import { printable, printableJson } from "../../lib/guard/printable";
import {
	findingLines,
	renderProbeText,
	summaryLines,
} from "../../lib/guard/text";
import { treeLines } from "../../lib/guard/tree-text";
import type { TreeNode } from "../../lib/guard/verify";
import {
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "../support/embedded-registry";
import { image, index, multiArch } from "../support/images";
import { runCli } from "../support/run-cli";

const schema = JSON.parse(readFileSync("docs/report.schema.json", "utf8"));
// no ajv-formats here; the one format, date-time, is asserted below
const validate = new Ajv2020({
	validateFormats: false,
	allErrors: true,
	strictRequired: false,
}).compile(schema);

function valid(text: string): Report {
	const report = JSON.parse(text);
	validate(report);
	expect(validate.errors).toBeNull();
	expect(new Date(report.started).toISOString()).toBe(report.started);
	return report;
}

describe("schema", () => {
	test("its closed sets are the contract's", () => {
		const { $defs, properties } = schema;
		expect(properties.mode.enum).toEqual(PROBE_MODES);
		expect($defs.outcome.enum).toEqual(OUTCOMES);
		expect($defs.kind.enum).toEqual(KINDS);
		expect($defs.finding.properties.reason.enum).toEqual(REASONS);
		expect($defs.finding.properties.repair.properties.action.enum).toEqual(
			REPAIR_ACTIONS,
		);
		expect($defs.inconclusive.properties.reason.enum).toEqual(
			INCONCLUSIVE_REASONS,
		);
	});

	test("everything is required but what an inconclusive may lack and what only one command has", () => {
		const optional: string[] = [];
		const visit = (node: unknown, at: string): void => {
			if (typeof node !== "object" || node === null) return;
			const {
				properties,
				required = [],
				type,
				additionalProperties,
			} = node as Record<string, unknown>;
			if (type === "object") {
				expect([at, additionalProperties]).toEqual([at, false]);
				for (const name of Object.keys(properties as object))
					if (!(required as string[]).includes(name))
						optional.push(`${at}.${name}`);
			}
			for (const [name, child] of Object.entries(node))
				visit(child, `${at}/${name}`);
		};
		visit(schema, "");
		expect(optional.sort()).toEqual([
			".diagnoses",
			".orphanLayerLinks",
			".targets",
			".untagged",
			"/$defs/finding.store",
			"/$defs/inconclusive.digest",
			"/$defs/inconclusive.repository",
			"/$defs/inconclusive.tag",
		]);
	});
});

describe("reports", () => {
	let registry: EmbeddedRegistry;
	const content = multiArch("app");
	const [child = ""] = content.manifests.keys();

	beforeEach(async () => {
		registry = await startEmbeddedRegistry();
		registry.store.put("team/app", content, "v1", "latest");
		registry.store.put("team/whole", multiArch("whole"), "v1");
	});
	afterEach(() => registry.close());
	const ref = (name: string) => `${registry.origin}/${name}`;

	test.each(["whole", "broken", "blind"])("probe, %s", async (state) => {
		if (state === "broken") registry.store.deleteLink("team/app", child);
		if (state === "blind")
			registry.before = (_, response) => {
				response.writeHead(502, { "content-type": "text/html" }).end("<html>");
				return true;
			};
		const { out, code } = await runCli([
			"probe",
			registry.origin,
			"--json",
			"--min-repositories",
			"1",
		]);
		const report = valid(out);
		expect(code).toBe({ whole: 0, broken: 1, blind: 3 }[state]);
		expect(report.outcome).toBe(state === "blind" ? "blind" : "complete");
		expect(report.findings).toHaveLength(state === "broken" ? 1 : 0);
		expect(Object.keys(report)).toEqual([
			"schema",
			"version",
			"command",
			"registry",
			"instance",
			"mode",
			"started",
			"durationSeconds",
			"outcome",
			"pushed",
			"counts",
			"findings",
			"inconclusive",
		]);
		if (state === "broken")
			expect(report.findings[0]).toMatchObject({
				repository: "team/app",
				tags: ["latest", "v1"],
				digest: child,
				kind: "manifest",
				reason: "missing",
				inUse: null,
			});
	});

	test("verify: targets, their union on top, and the tree", async () => {
		registry.store.deleteLink("team/app", child);
		const args = ["verify", ref("team/app:v1"), ref("team/whole:v1")];
		const { out, code } = await runCli([...args, "--json"]);
		expect(code).toBe(1);
		const report = valid(out);
		expect(report).toMatchObject({
			command: "verify",
			registry: registry.origin,
			instance: registry.host,
			mode: "full",
			pushed: null,
		});
		expect(
			report.targets?.map(({ ref, digest, findings }) => [
				ref,
				digest,
				findings.length,
			]),
		).toEqual([
			[args[1], content.root, 1],
			[args[2], multiArch("whole").root, 0],
		]);
		const text = await runCli(args);
		expect(text.code).toBe(1);
		const lines = text.out.split("\n");
		expect(lines[0]).toBe(`${args[1]} = ${content.root}: BROKEN, 1 bad node`);
		expect(lines.find((line) => line.includes(child))).toMatch(
			/[├└]─ manifest .*linux\/amd64.*<-- BROKEN: missing/,
		);
		expect(lines).toContain(`${args[2]} = ${multiArch("whole").root}: whole`);
		expect(text.out).toMatch(/\n {2}repush: /);
	});

	test("verify of several registries has no one registry", async () => {
		const other = await startEmbeddedRegistry();
		other.store.put("a", image("a"), "v1");
		const { out } = await runCli([
			"verify",
			ref("team/whole:v1"),
			`${other.origin}/a:v1`,
			"--json",
		]);
		await other.close();
		expect(valid(out)).toMatchObject({
			registry: null,
			instance: null,
			outcome: "complete",
		});
	});

	test("verify of what is not there", async () => {
		const { out, code } = await runCli([
			"verify",
			ref("team/app:v9"),
			"--json",
		]);
		expect(code).toBe(1);
		expect(valid(out).findings[0]).toMatchObject({
			// not listed either: nothing dangles
			reason: "missing",
			kind: "tag",
			tags: ["v9"],
		});
	});

	test("--expect-equal", async () => {
		const { out, code } = await runCli([
			"verify",
			"--expect-equal",
			ref("team/app:v1"),
			ref("team/whole:v1"),
			"--json",
		]);
		expect(code).toBe(1);
		expect(valid(out).findings.map(({ reason }) => reason)).toContain(
			"mismatch",
		);
		expect(
			(
				await runCli([
					"verify",
					"--expect-equal",
					ref("team/app:v1"),
					ref("team/app:latest"),
				])
			).code,
		).toBe(0);
	});

	test("a tree of thousands shows the way to its bad node", async () => {
		const children = Array.from({ length: 250 }, (_, i) => ({
			content: image(`c${i}`, { layers: 0 }),
		}));
		const big = index(children);
		registry.store.put("big", big, "v1");
		const bad = children[249]?.content.root ?? "";
		registry.store.deleteLink("big", bad);
		const { out } = await runCli(["verify", ref("big:v1")]);
		const tree = out.split("\n").filter((line) => /[├└]─/.test(line));
		expect(tree).toHaveLength(2);
		expect(tree[0]).toContain(`manifest  ${bad}`);
		expect(tree[1]).toContain("249 more, all ok");
	});
});

const emptyCounts = {
	repositories: 1,
	tags: 1,
	brokenTags: 0,
	indexes: 0,
	manifests: 1,
	blobs: 0,
	requests: 1,
	bytes: 0,
	weakReads: 0,
};

describe("text", () => {
	const finding = (tag: string): Finding => ({
		repository: "r",
		tags: [tag],
		digest: null,
		path: [],
		kind: "tag",
		reason: "dangling-tag",
		expected: "a",
		got: "b",
		inUse: true,
		repair: { action: "repush", commands: ["do this"] },
	});

	test("at most 200 finding lines, then a count", () => {
		const lines = findingLines(
			Array.from({ length: 203 }, (_, i) => finding(`t${i}`)),
		);
		expect(lines.filter((line) => line.startsWith("BROKEN"))).toHaveLength(
			TEXT_FINDING_LIMIT,
		);
		expect(lines.slice(0, 2)).toEqual([
			"BROKEN  r:t0  tag  dangling-tag (expected a, got b)  IN USE",
			"  repush: do this",
		]);
		expect(lines.at(-1)).toBe("... and 3 findings more, all in --json");
		expect(
			findingLines(Array.from({ length: 200 }, (_, i) => finding(`t${i}`))),
		).toHaveLength(400);
	});

	test("a complete run that left something out calls nothing whole", () => {
		const seen = {
			schema: 1,
			version: "0",
			command: "probe",
			registry: "https://r.io",
			instance: "r.io",
			mode: "tail",
			started: "2025-01-01T00:00:00.000Z",
			durationSeconds: 1,
			outcome: "complete",
			pushed: null,
			counts: emptyCounts,
			findings: [],
			inconclusive: [],
		} as const;
		expect(summaryLines(seen)[0]).toBe("https://r.io: complete, whole");
		const deep = { reason: "limit", detail: "too deep" } as const;
		expect(summaryLines({ ...seen, inconclusive: [deep] })[0]).toBe(
			"https://r.io: complete, nothing broken seen",
		);
	});

	test("a finding with many tags names five", () => {
		const many = { ...finding("t"), tags: ["a", "b", "c", "d", "e", "f", "g"] };
		expect(findingLines([many])[0]).toContain("r:a,b,c,d,e +2  ");
	});

	test("nothing from outside leaves its line or moves the cursor", () => {
		const counts = {
			repositories: 0,
			tags: 0,
			brokenTags: 1,
			indexes: 0,
			manifests: 0,
			blobs: 0,
			requests: 0,
			bytes: 0,
			weakReads: 0,
		};
		const text = renderProbeText(
			{
				schema: 1,
				version: "1",
				command: "probe",
				registry: "https://r",
				instance: "r",
				mode: "tail",
				started: "",
				durationSeconds: 1,
				outcome: "partial",
				pushed: null,
				counts,
				findings: [finding("\u001b[2J\u202eevil\n\u009b1mx")],
				inconclusive: [{ reason: "protocol", detail: "a\r\nb\u0007" }],
			},
			Object.fromEntries(
				INCONCLUSIVE_REASONS.map((reason) => [reason, 1]),
			) as never,
		);
		expect(text.replaceAll("\n", "")).toBe(printable(text));
		expect(text).toContain("r:[2Jevil1mx  tag");
		expect(text).toContain("  ab\n");
	});

	test("JSON for a terminal says the same", () => {
		const value = {
			a: "\u001b[31m\u009b\u007f\u2028\u202e\u{e0001}é😀",
			b: [1, null],
		};
		const text = printableJson(value);
		expect(JSON.parse(text)).toEqual(value);
		expect(text.replaceAll("\n", "")).toBe(printable(text));
		expect(text).toContain("é😀");
	});

	test("a tree without end is cut", () => {
		const leaf = (i: number): TreeNode => ({
			kind: "layer",
			digest: `d${i}`,
			mediaType: "",
			size: 1,
			platform: undefined,
			children: [],
			verdict: { reason: "network", detail: "x" },
		});
		const root: TreeNode = {
			...leaf(0),
			kind: "index",
			verdict: "ok",
			children: Array.from({ length: 5000 }, (_, i) => leaf(i)),
		};
		const lines = treeLines(root);
		expect(lines.length).toBeLessThanOrEqual(TEXT_FINDING_LIMIT + 1);
		expect(lines.at(-1)).toMatch(/--json/);
	});
});
