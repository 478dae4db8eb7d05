import { diagnose, type View } from "../../lib/guard/scan/diagnosis";
import { parseHttpReport } from "../../lib/guard/scan/parse-http-report";

const DIGEST = `sha256:${"a".repeat(64)}`;
type Seen = View["findings"][number];
const layer: Seen = {
	repository: "app",
	tags: ["v1"],
	digest: DIGEST,
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
	["content", { reason: "unreadable", got: "a pipe or device" }],
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

test("only a report of a probe is one", () => {
	const report = { schema: 1, command: "probe", ...view([{}]) };
	expect(parseHttpReport(report)).toEqual(view([{}]));
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
