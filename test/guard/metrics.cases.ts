import {
	BLIND_FAMILIES,
	FAILURE_FAMILIES,
	INCONCLUSIVE_REASONS,
	KINDS,
	METRICS,
	type MetricName,
	type Outcome,
	REASONS,
} from "../../lib/guard/contract";
import { parseSample, renderExposition } from "../../lib/guard/exposition";
import type { Finding } from "../../lib/guard/finding";
import { familiesOf, metricsOf, type ProbeRun } from "../../lib/guard/metrics";
import type { BrokenTag, ProbeResult } from "../../lib/guard/probe";
import { planPublication } from "../../lib/guard/publication";

const counts = {
	repositories: 3,
	tags: 9,
	brokenTags: 2,
	indexes: 4,
	manifests: 20,
	blobs: 40,
	requests: 77,
	bytes: 4096,
	weakReads: 1,
};

const none = Object.fromEntries(
	INCONCLUSIVE_REASONS.map((reason) => [reason, 0]),
) as ProbeResult["inconclusiveCounts"];

function finding(part: Partial<Finding> = {}): Finding {
	return {
		repository: "infra/ci",
		tags: ["latest"],
		digest: `sha256:${"a".repeat(64)}`,
		path: [],
		kind: "layer",
		reason: "missing",
		expected: null,
		got: null,
		inUse: null,
		repair: { action: "repush", commands: [] },
		...part,
	};
}

function broken(tag: string, part: Partial<BrokenTag> = {}): BrokenTag {
	return {
		repository: "infra/ci",
		tag,
		reason: "missing",
		inUse: null,
		...part,
	};
}

function runOf(part: Partial<ProbeResult> = {}): ProbeRun {
	return {
		result: {
			outcome: "complete",
			counts,
			findings: [],
			inconclusive: [],
			listedRepositories: 4,
			listedTags: 12,
			broken: [],
			catalogError: undefined,
			inconclusiveCounts: none,
			...part,
		},
		throttled: 5,
		tlsNotAfter: 1_800_000_000_500,
		finished: 1_700_000_000_900,
		durationSeconds: 12.5,
		version: "1.2.3",
		pullHost: "registry.example.com",
	};
}

function textOf(part: Partial<ProbeResult> = {}): string {
	return renderExposition(familiesOf(metricsOf(runOf(part))));
}

function plan(
	part: Partial<ProbeResult>,
	previous?: Partial<Record<MetricName, string>>,
) {
	const run = runOf(part);
	const old =
		previous &&
		Object.fromEntries(
			Object.entries(previous).map(([family, text]) => [
				family,
				text.split("\n").flatMap((line) => parseSample(line) ?? []),
			]),
		);
	const { method, published } = planPublication(
		run.result.outcome,
		metricsOf(run),
		run.result.broken,
		run.pullHost,
		old,
	);
	return {
		method,
		names: Object.keys(published),
		text: renderExposition(familiesOf(published)),
	};
}

const all = Object.keys(METRICS) as MetricName[];

describe("metrics of a run", () => {
	test("every family of the contract with the value of the run", () => {
		const text = textOf();
		const value = (name: MetricName) =>
			text
				.split("\n")
				.filter((line) => line.startsWith(`${METRICS[name].name} `))
				.map((line) => line.split(" ")[1]);
		const expected: Partial<Record<MetricName, string>> = {
			failures: "2",
			catalogAccessible: "1",
			reposChecked: "3",
			tagsChecked: "9",
			indexesChecked: "4",
			lastRun: "1700000000",
			lastSuccess: "1700000000",
			brokenTagsTruncated: "0",
			repositories: "4",
			coverageRatio: "0.75",
			blobsChecked: "40",
			bytesHashed: "4096",
			requests: "77",
			throttled: "5",
			weakReads: "1",
			runDuration: "12.5",
			tlsNotAfter: "1800000000",
		};
		for (const [name, wanted] of Object.entries(expected))
			expect([name, value(name as MetricName)]).toEqual([name, [wanted]]);
		expect(text).toContain(
			'registry_manifest_integrity_probe_info{version="1.2.3"} 1\n',
		);
	});

	test("closed label sets are all there, also 0", () => {
		const text = textOf({
			findings: [
				finding(),
				finding(),
				finding({ kind: "config", reason: "digest" }),
			],
			inconclusiveCounts: { ...none, limit: 7 },
		});
		const nodes = text.match(/^.*_broken_nodes\{.*$/gm) ?? [];
		expect(nodes).toHaveLength(REASONS.length * KINDS.length);
		expect(nodes.filter((line) => !line.endsWith(" 0"))).toEqual([
			'registry_manifest_integrity_broken_nodes{reason="missing",kind="layer"} 2',
			'registry_manifest_integrity_broken_nodes{reason="digest",kind="config"} 1',
		]);
		const reasons = text.match(/^.*_inconclusive\{.*$/gm) ?? [];
		expect(reasons).toHaveLength(INCONCLUSIVE_REASONS.length);
		expect(reasons).toContain(
			'registry_manifest_integrity_inconclusive{reason="limit"} 7',
		);
	});

	test("broken tags: one series each, at most 50, the rest counted; no digest anywhere", () => {
		const tags = Array.from({ length: 53 }, (_, i) => broken(`t${i}`));
		const text = textOf({
			broken: [broken("used", { inUse: true }), ...tags],
			findings: [finding()],
		});
		const info = text.match(/^.*_broken_tag_info\{.*$/gm) ?? [];
		expect(info).toHaveLength(50);
		expect(info[0]).toBe(
			'registry_manifest_integrity_broken_tag_info{repository="infra/ci",tag="used",reason="missing",image="registry.example.com/infra/ci:used",in_use="true"} 1',
		);
		expect(info[1]).toContain('in_use="unknown"');
		expect(text).toContain("broken_tags_truncated 4\n");
		expect(text).not.toMatch(/sha256/);
	});

	test("nothing listed is full coverage; tags that came meanwhile are not more than all", () => {
		expect(textOf({ listedTags: 0 })).toContain("coverage_ratio 1\n");
		expect(textOf({ listedTags: 8 })).toContain("coverage_ratio 1\n");
	});

	test("an unread catalog names its reason", () => {
		const text = textOf({ outcome: "blind", catalogError: "tls" });
		expect(text).toContain("catalog_accessible 0\n");
		expect(text).toContain('catalog_error_info{reason="tls"} 1\n');
		expect(text).not.toContain("last_success");
	});

	test("blind for another reason names that", () => {
		const text = textOf({
			outcome: "blind",
			inconclusive: [{ reason: "catalog-shrunk", detail: "" }],
		});
		expect(text).toContain('catalog_error_info{reason="catalog-shrunk"} 1\n');
	});

	test("no certificate, no date", () => {
		const { tlsNotAfter } = metricsOf({ ...runOf(), tlsNotAfter: undefined });
		expect(tlsNotAfter).toBeUndefined();
	});
});

describe("what may be published", () => {
	test("complete: everything, replacing", () => {
		const { method, names } = plan({}, {});
		expect(method).toBe("PUT");
		expect(names.sort()).toEqual([...all].sort());
	});

	test("complete does not ask what was before", () => {
		const { text } = plan({}, { failures: "x 9" });
		expect(text).toContain("_failures 2\n");
	});

	test("blind: only that it is blind", () => {
		const { method, names, text } = plan(
			{ outcome: "blind", catalogError: "network" },
			{ failures: "x 3" },
		);
		expect(method).toBe("POST");
		expect(names.sort()).toEqual([...BLIND_FAMILIES].sort());
		expect(text).toContain("catalog_accessible 0\n");
	});

	test("partial: never a success, and of the failures the larger per series", () => {
		const { method, names, text } = plan(
			{
				outcome: "partial",
				findings: [finding(), finding({ reason: "size" })],
				counts: { ...counts, brokenTags: 1 },
			},
			{
				failures: "x 3",
				brokenNodes:
					'x{kind="layer",reason="missing"} 4\nx{reason="size",kind="layer"} 0\nx{reason="digest",kind="config"} 2',
				brokenTagsTruncated: "x 1",
			},
		);
		expect(method).toBe("POST");
		expect(names.sort()).toEqual(
			all.filter((each) => each !== "lastSuccess").sort(),
		);
		expect(text).toContain("_failures 3\n");
		expect(text).toMatch(
			/broken_nodes\{.*missing.*layer.*\} 4|broken_nodes\{.*layer.*missing.*\} 4/,
		);
		expect(text).toContain('broken_nodes{reason="size",kind="layer"} 1\n');
		expect(text).toContain('broken_nodes{reason="digest",kind="config"} 2\n');
		expect(text.match(/^.*broken_nodes\{/gm)).toHaveLength(
			REASONS.length * KINDS.length,
		);
		expect(text).toContain("broken_tags_truncated 1\n");
	});

	test("partial: the union of broken tags, its own word for those that both know", () => {
		const { text } = plan(
			{
				outcome: "partial",
				broken: [broken("both", { reason: "size" }), broken("new")],
			},
			{
				brokenTagInfo:
					'x{repository="infra/ci",tag="old",reason="digest",image="i",in_use="true"} 1\nx{repository="infra/ci",tag="both",reason="missing",image="i",in_use="true"} 1',
			},
		);
		const tags = [
			...text.matchAll(/broken_tag_info\{.*?tag="(.*?)",reason="(.*?)"/g),
		];
		expect(tags.map(([, tag, reason]) => `${tag} ${reason}`)).toEqual([
			"old digest",
			"both size",
			"new missing",
		]);
	});

	test("partial: the union keeps to 50, in-use first", () => {
		const own = Array.from({ length: 40 }, (_, i) => broken(`own${i}`));
		const old = Array.from(
			{ length: 30 },
			(_, i) =>
				`x{repository="r",tag="old${i}",reason="digest",image="i",in_use="${i === 29}"} 1`,
		);
		const { text } = plan(
			{ outcome: "partial", broken: own },
			{ brokenTagInfo: old.join("\n"), brokenTagsTruncated: "x 7" },
		);
		const info = text.match(/^.*_broken_tag_info\{.*$/gm) ?? [];
		expect(info).toHaveLength(50);
		expect(info[0]).toContain('tag="old29"');
		expect(text).toContain("broken_tags_truncated 20\n");
	});

	test("partial, old values unreadable: no failure family at all", () => {
		const { names } = plan({ outcome: "partial" });
		for (const family of FAILURE_FAMILIES) expect(names).not.toContain(family);
		expect(names).toContain("inconclusive");
	});

	test("partial takes back what a blind run said: POST cannot remove a family", () => {
		const { text } = plan({ outcome: "partial" }, {});
		expect(text).toContain("catalog_accessible 1\n");
		const info = text.match(/^.*catalog_error_info\{.*$/gm) ?? [];
		expect(info).toHaveLength(INCONCLUSIVE_REASONS.length);
		expect(info.every((line) => line.endsWith(" 0"))).toBe(true);
	});

	test.each<Outcome>(["complete", "partial", "blind"])(
		"%s: the text is what a Pushgateway takes",
		(outcome) => {
			const { text } = plan({ outcome, broken: [broken("a")] }, {});
			expect(text.endsWith("\n")).toBe(true);
			expect(text).not.toMatch(/\n\n/);
			const names = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(
				(m) => m[1],
			);
			expect(new Set(names).size).toBe(names.length);
			const helps = [...text.matchAll(/^# HELP (\S+) /gm)].map((m) => m[1]);
			expect(helps).toEqual(names);
		},
	);
});

describe("exposition", () => {
	const render = (labels: Record<string, string>, value = 1) =>
		renderExposition([{ name: "m", help: "h", series: [{ labels, value }] }]);

	test("escapes labels and help", () => {
		expect(render({ a: 'q"b\\s\nn', b: "" })).toBe(
			'# HELP m h\n# TYPE m gauge\nm{a="q\\"b\\\\s\\nn",b=""} 1\n',
		);
		const help = renderExposition([
			{ name: "m", help: 'a\\b\n"c"', series: [{ labels: {}, value: 0 }] },
		]);
		expect(help).toContain('# HELP m a\\\\b\\n"c"\n');
	});

	test("a family without series is left out, a series twice is one", () => {
		expect(renderExposition([{ name: "m", help: "h", series: [] }])).toBe("");
		const twice = renderExposition([
			{
				name: "m",
				help: "h",
				series: [
					{ labels: { a: "1" }, value: 1 },
					{ labels: { a: "1" }, value: 2 },
				],
			},
		]);
		expect(twice).toBe('# HELP m h\n# TYPE m gauge\nm{a="1"} 2\n');
	});

	test.each<Record<string, string>>([
		{ a: 'q"b\\s\nn\\n', b: "", instance: "host/path:5000" },
		{ a: "}", b: ",", c: "=", d: "# x" },
		{},
	])("reads back %j", (labels) => {
		const line = render(labels, 1.5).split("\n")[2] ?? "";
		expect(parseSample(line)).toEqual({ name: "m", labels, value: 1.5 });
	});

	test.each<[string, number]>([
		["m 1e+21", 1e21],
		["m +Inf", Number.POSITIVE_INFINITY],
		["m -Inf", Number.NEGATIVE_INFINITY],
		["m NaN", Number.NaN],
		["m 1 1700000000000", 1],
		['m { a = "1" , } 2', 2],
	])("reads %s", (line, value) => {
		expect(parseSample(line)?.value).toBe(value);
	});

	test.each(["", "# HELP m h", "  # x", "   "])("skips %j", (line) => {
		expect(parseSample(line)).toBeUndefined();
	});

	test.each([
		"<html>",
		"m",
		"m x",
		'm{a="1" 1',
		'm{a="1"x} 1',
		"m{a=1} 1",
		"1m 1",
		'm{a="\n"} 1',
	])("refuses %j", (line) => {
		expect(() => parseSample(line)).toThrow(/exposition: got/);
	});

	test("names from a registry carry nothing that a terminal acts on", () => {
		const text = textOf({
			broken: [broken("t\u001b[31m\u202e", { repository: "r\u0000\n" })],
		});
		expect(text).toContain('repository="r",tag="t[31m"');
	});
});
