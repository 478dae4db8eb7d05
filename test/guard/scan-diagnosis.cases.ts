import { diagnose, type View } from "../../lib/guard/scan/diagnosis";
import { parseHttpReport } from "../../lib/guard/scan/parse-http-report";

const DIGEST = `sha256:${"a".repeat(64)}`;
type Seen = View["findings"][number];
const layer: Seen = {
	repository: "app",
	tags: ["v1"],
	digest: DIGEST,
	path: [],
	kind: "layer",
	reason: "missing",
	expected: "648 bytes",
	got: "no blob",
};
const view = (
	findings: readonly Partial<Seen>[],
	more: Partial<View> = {},
): View => ({
	mode: "tail",
	outcome: "complete",
	findings: findings.map((each) => ({ ...layer, ...each })),
	...more,
});
const row = (disk: View, http: View) =>
	diagnose(disk, http).map(({ cause, answer }) => [cause, answer]);

test.each([
	["link", { got: "no link" }],
	["link", { reason: "unreadable", got: "a link of 0 bytes" }],
	["file", {}],
	["file", { reason: "dangling-tag" }],
	["size", { reason: "size", got: "324 bytes" }],
	["content", { reason: "digest" }],
	["link", { reason: "unreadable", got: "a link: a folder" }],
	["file", { reason: "unreadable", got: "a pipe or device" }],
	["content", { reason: "unreadable", got: "500 UNKNOWN" }],
	["pushed", { reason: "invalid" }],
	["pushed", { reason: "media-type" }],
] as const)("cause %s: %j", (cause, seen) => {
	const full = { mode: "full" } as const;
	expect(row(view([seen]), view([{ got: "404" }]))).toEqual([[cause, "fails"]]);
	expect(row(view([seen]), view([], full))).toEqual([[cause, "from-memory"]]);
});

test("a probe that reads the last byte does not see other bytes of the same length", () => {
	const rotten = view([{ reason: "digest" }]);
	expect(row(rotten, view([]))).toEqual([["content", "unread"]]);
	const child = view([{ kind: "manifest", reason: "digest" }]);
	expect(row(child, view([]))).toEqual([["content", "from-memory"]]);
});

test("a scan without --full does not see them either, where the probe does", () => {
	const http = view([{ reason: "digest" }], { mode: "full" });
	expect(row(view([], { mode: "head" }), http)).toEqual([["content", "fails"]]);
	expect(row(view([], { mode: "full" }), http)).toEqual([["none", "outdated"]]);
});

test("what only HTTP calls bad is from before it was mended", () => {
	expect(diagnose(view([]), view([{}]))).toMatchObject([
		{ disk: null, http: "missing", cause: "none", answer: "outdated" },
	]);
});

const CHILD = `sha256:${"c".repeat(64)}`;
const child = { digest: CHILD, kind: "manifest", path: [] } as const;
const below = { path: [{ digest: CHILD }, { digest: DIGEST }] } as const;

test.each([
	["file", { reason: "missing", got: "404 BLOB_UNKNOWN" }],
	["file", { reason: "size", got: "0 bytes, then the end" }],
	["file", { reason: "size", got: "no byte at its end: the registry" }],
	["size", { reason: "size", got: "324 bytes, then the end" }],
	["content", { reason: "digest", got: DIGEST }],
] as const)(
	"what is below a link that the registry still remembers is as HTTP says, %s: %j",
	(cause, seen) => {
		const lost = { ...child, got: "no link" };
		expect(row(view([lost]), view([{ ...below, ...seen }]))).toEqual([
			["link", "from-memory"],
			[cause, "fails"],
		]);
		const tag = { ...lost, kind: "tag", reason: "dangling-tag" } as const;
		expect(row(view([tag]), view([{ ...seen }]))).toEqual([
			["link", "from-memory"],
			[cause, "fails"],
		]);
		// two tags, and only one of them leads nowhere
		expect(
			row(view([tag]), view([{ tags: ["v1", "v2"], reason: "missing" }])),
		).toContainEqual(["none", "outdated"]);
	},
);

test("what a probe did not get to is not said to be in the registry's memory", () => {
	const http = view([{ ...child, reason: "unreadable", got: "500" }]);
	expect(row(view([{ ...below }]), http)).toEqual([
		["file", "unknown"],
		["none", "outdated"],
	]);
});

test("a scan that did not see all of the store never says that the disk is whole", () => {
	const disk = view([], { outcome: "partial" });
	expect(row(disk, view([{}]))).toEqual([["file", "fails"]]);
});

test("a probe that was not complete says nothing about what it does not name", () => {
	const http = view([], { outcome: "partial" });
	expect(row(view([{}]), http)).toEqual([["file", "unknown"]]);
});

test("HTTP shows no digest of a tag that leads nowhere: the tags are joined", () => {
	const tag = { kind: "tag", reason: "dangling-tag" } as const;
	const disk = view([{ ...tag, tags: ["v1", "v2"], reason: "digest" }]);
	const http = view([
		{ ...tag, tags: ["v1"], digest: null },
		{ ...tag, tags: ["v2"], digest: null },
		{ ...tag, tags: ["v3"], digest: null },
		{ ...tag, tags: ["v1"], digest: null, repository: "other" },
	]);
	expect(diagnose(disk, http)).toMatchObject([
		{
			digest: DIGEST,
			tags: ["v1", "v2"],
			disk: "digest",
			http: "dangling-tag",
		},
		{ digest: null, tags: ["v3"], answer: "outdated" },
		{ digest: null, repository: "other", answer: "outdated" },
	]);
});

test("a tag that leads nowhere is not taken for another tag's child of the same digest", () => {
	const tag = { kind: "tag", reason: "dangling-tag", tags: ["v3"] } as const;
	const disk = view([{ ...child }, tag, { ...tag, digest: CHILD }]);
	const http = view([{ ...child }, { ...tag, digest: null }]);
	expect(diagnose(disk, http).map((each) => each.http)).toEqual([
		"missing",
		"dangling-tag",
		"dangling-tag",
	]);
});

test("only a report of a probe is one", () => {
	const report = { schema: 1, command: "probe", ...view([{}]) };
	expect(parseHttpReport(report)).toEqual(view([{}]));
	const found = { ...layer, path: [{ kind: "manifest", digest: CHILD }, {}] };
	expect(
		parseHttpReport({ ...report, findings: [found] }).findings[0]?.path,
	).toEqual([{ digest: CHILD }]);
	for (const wrong of [
		null,
		[],
		{ ...report, schema: 2 },
		{ ...report, command: "scan" },
		{ ...report, mode: "deep" },
		{ ...report, findings: {} },
		{ ...report, findings: [null] },
		{ ...report, findings: [{ ...layer, reason: "worn" }] },
	])
		expect(() => parseHttpReport(wrong)).toThrow(/got no/);
});
