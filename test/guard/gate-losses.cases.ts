import type { Finding } from "../../lib/guard/finding";
import type { Holdings } from "../../lib/guard/gate-holdings";
import { lossesOf, wholeOf } from "../../lib/guard/gate-losses";

const digest = (seed: string) => `sha256:${seed.repeat(64)}`;
const [INDEX, CHILD, LOOSE, LAYER] = ["a", "b", "c", "d"].map(digest) as [
	string,
	string,
	string,
	string,
];

function holdings(
	tags: Record<string, string>,
	revisions: readonly string[],
): Holdings {
	return new Map([["app", { tags: new Map(Object.entries(tags)), revisions }]]);
}

function finding(over: Partial<Finding>): Finding {
	return {
		repository: "app",
		tags: [],
		digest: CHILD,
		path: [],
		kind: "manifest",
		reason: "missing",
		expected: null,
		got: null,
		inUse: null,
		repair: { action: "rebuild", commands: [] },
		...over,
	};
}

const HELD = holdings({ v1: INDEX }, [INDEX, CHILD, LOOSE]);
const quiet = { findings: [], untagged: [], isSparse: false };
const loose = finding({
	digest: LAYER,
	kind: "layer",
	path: [
		{ kind: "manifest", digest: LOOSE },
		{ kind: "layer", digest: LAYER },
	],
});

describe("what a collection lost", () => {
	const whole = wholeOf(HELD, []);

	test("nothing, where all that was named is named and nothing is broken", () => {
		expect(lossesOf(whole, { ...quiet, holdings: HELD })).toEqual([]);
	});

	test("a finding below a tag that was there: once, though the link is gone too", () => {
		const now = holdings({ v1: INDEX }, [INDEX, LOOSE]);
		const findings = [finding({ tags: ["v1"] }), finding({ tags: ["v1"] })];
		expect(lossesOf(whole, { ...quiet, holdings: now, findings })).toEqual([
			{ repository: "app", tags: ["v1"], digest: CHILD, reason: "missing" },
		]);
	});

	test("a manifest that no tag reaches: gone, or broken from now on", () => {
		const gone = { repository: "app", tags: [], digest: LOOSE, reason: "gone" };
		const now = holdings({ v1: INDEX }, [INDEX, CHILD]);
		expect(lossesOf(whole, { ...quiet, holdings: now })).toEqual([gone]);
		expect(
			lossesOf(whole, { ...quiet, holdings: HELD, untagged: [loose] }),
		).toEqual([{ ...gone, digest: LAYER, reason: "missing" }]);
	});

	test("every tag of a manifest is named, however it went", () => {
		const both = wholeOf(holdings({ v1: INDEX, latest: INDEX }, [INDEX]), []);
		const lost = (now: Holdings, tags: readonly string[][]) =>
			lossesOf(both, {
				...quiet,
				holdings: now,
				findings: tags.map((each) => finding({ tags: each, digest: INDEX })),
			});
		const all = { repository: "app", tags: ["v1", "latest"], digest: INDEX };
		expect(lost(holdings({}, [INDEX]), [])).toEqual([
			{ ...all, reason: "gone" },
		]);
		expect(lost(holdings({ latest: INDEX }, [INDEX]), [["latest"]])).toEqual([
			{ ...all, tags: ["latest", "v1"], reason: "missing" },
		]);
	});

	test("a tag and a whole repository that are not there any more", () => {
		expect(lossesOf(whole, { ...quiet, holdings: new Map() })).toEqual([
			{ repository: "app", tags: ["v1"], digest: INDEX, reason: "gone" },
			{ repository: "app", tags: [], digest: CHILD, reason: "gone" },
			{ repository: "app", tags: [], digest: LOOSE, reason: "gone" },
		]);
		const untagged = holdings({}, [INDEX, CHILD, LOOSE]);
		expect(lossesOf(whole, { ...quiet, holdings: untagged })).toEqual([
			{ repository: "app", tags: ["v1"], digest: INDEX, reason: "gone" },
		]);
	});

	test("a tag that points elsewhere and is broken now was whole before", () => {
		const moved = holdings({ v1: LOOSE }, [INDEX, CHILD, LOOSE]);
		const findings = [finding({ tags: ["v1", "v2"], digest: LOOSE })];
		expect(lossesOf(whole, { ...quiet, holdings: moved, findings })).toEqual([
			{ repository: "app", tags: ["v1"], digest: LOOSE, reason: "missing" },
		]);
	});

	test("a tag whose link is empty now was whole before", () => {
		const now = holdings({ v1: "" }, [INDEX, CHILD, LOOSE]);
		const findings = [
			finding({ tags: ["v1"], digest: null, reason: "dangling-tag" }),
		];
		expect(lossesOf(whole, { ...quiet, holdings: now, findings })).toEqual([
			{
				repository: "app",
				tags: ["v1"],
				digest: null,
				reason: "dangling-tag",
			},
		]);
	});

	test("what was broken before and what is new is no loss", () => {
		const before = wholeOf(HELD, [loose]);
		const gone = holdings({ v1: INDEX }, [INDEX, CHILD]);
		expect(
			lossesOf(before, { ...quiet, holdings: HELD, untagged: [loose] }),
		).toEqual([]);
		expect(lossesOf(before, { ...quiet, holdings: gone })).toEqual([]);
		const findings = [finding({ tags: ["v2"] })];
		expect(lossesOf(whole, { ...quiet, holdings: HELD, findings })).toEqual([]);
	});

	test("names of JavaScript's own are names like others", () => {
		const findings = [
			finding({ repository: "constructor", tags: ["toString"] }),
		];
		expect(lossesOf(whole, { ...quiet, holdings: HELD, findings })).toEqual([]);
		const named = holdings({ ["__proto__"]: INDEX }, [INDEX]);
		expect(
			lossesOf(wholeOf(named, []), {
				...quiet,
				holdings: holdings({}, [INDEX]),
			}),
		).toHaveLength(1);
	});

	test("a cache lets go by itself: only what is broken is lost", () => {
		const now = { ...quiet, isSparse: true, holdings: holdings({}, []) };
		expect(lossesOf(whole, now)).toEqual([]);
		const findings = [finding({ tags: ["v1"] })];
		expect(lossesOf(whole, { ...now, findings })).toHaveLength(1);
	});

	test("more untagged than the scan lists: they say nothing, before or after", () => {
		const after = { ...quiet, holdings: HELD, untagged: [loose] };
		expect(lossesOf(wholeOf(HELD, undefined), after)).toEqual([]);
		expect(lossesOf(whole, { ...after, untagged: undefined })).toEqual([]);
	});
});
