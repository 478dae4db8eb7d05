import {
	type TreeNode,
	type VerifyOptions,
	verify,
} from "../../lib/guard/verify";
import { RegistryError } from "../../lib/oci/errors";
import { parseReference } from "../../lib/oci/reference";
import { Store } from "../support/embedded-registry/store";
import { image, index, multiArch } from "../support/images";
import { told } from "../support/probing";
import { StoreClient } from "../support/store-client";

let store: Store;
let client: StoreClient;
const content = multiArch("app");
const [child = ""] = content.manifests.keys();
const [config = "", layer = ""] = content.blobs.keys();
beforeEach(() => {
	store = new Store(false);
	client = new StoreClient(store);
	store.put("app", content, "v1", "latest");
});

const options: Omit<VerifyOptions, "targets"> = {
	mode: "full",
	concurrency: 8,
	deadline: Date.now() + 60_000,
	referrers: false,
	expectEqual: false,
};
const target = (text: string, of = client, expectChallenge = false) => ({
	ref: parseReference(`registry.example.com/${text}`),
	client: of,
	expectChallenge,
});
const run = (refs: readonly string[], more: Partial<VerifyOptions> = {}) =>
	verify({ ...options, targets: refs.map((ref) => target(ref)), ...more });

function outline(node: TreeNode): unknown {
	const { kind, verdict, children } = node;
	const name = typeof verdict === "string" ? verdict : verdict.reason;
	return children.length === 0
		? `${kind} ${name}`
		: [`${kind} ${name}`, ...children.map(outline)];
}

describe("one reference", () => {
	test("by a digest that nobody can compute: not asked for, neither whole nor missing", async () => {
		const { findings, inconclusive, outcome } = await run(["app@blake3:abcd"]);
		expect(findings).toEqual([]);
		expect(inconclusive).toMatchObject([{ reason: "algorithm" }]);
		expect(outcome).toBe("partial");
		expect(client.calls.map(({ method }) => method)).not.toContain(
			"fetchManifest",
		);
	});

	test("that is whole: every byte, and the tree of it", async () => {
		const { outcome, findings, inconclusive, counts, targets, trees } =
			await run(["app:v1"]);
		expect({ outcome, findings, inconclusive }).toEqual({
			outcome: "complete",
			findings: [],
			inconclusive: [],
		});
		expect(counts).toMatchObject({
			repositories: 1,
			tags: 1,
			brokenTags: 0,
			indexes: 1,
			manifests: 4,
			blobs: 10,
		});
		expect(targets).toEqual([
			expect.objectContaining({
				ref: "registry.example.com/app:v1",
				registry: client.origin,
				digest: content.root,
				counts,
			}),
		]);
		const leaf = ["config ok", "layer ok", "layer ok"];
		expect(trees.map((tree) => tree && outline(tree))).toEqual([
			[
				"index ok",
				["manifest ok", ...leaf],
				["manifest ok", ...leaf],
				["attestation ok", "config ok", "layer ok"],
				["attestation ok", "config ok", "layer ok"],
			],
		]);
		expect(trees[0]?.children[0]).toMatchObject({
			digest: child,
			platform: "linux/amd64",
			size: content.manifests.get(child)?.bytes.length,
		});
	});

	test("same-size rot is found: verify hashes", async () => {
		store.corruptBlob(layer);
		const { findings, trees } = await run(["app:v1"]);
		expect(told({ findings })).toEqual([`app:v1 layer digest ${layer}`]);
		expect(trees[0]?.children[0]?.children[1]?.verdict).toEqual(findings[0]);
	});

	test("by digest: no tag is named, the repair pushes by digest", async () => {
		store.deleteBlob(config);
		const { findings, targets } = await run([`app@${child}`]);
		expect(findings).toEqual([
			expect.objectContaining({
				tags: [],
				digest: config,
				path: [
					{ kind: "manifest", digest: child },
					{ kind: "config", digest: config },
				],
			}),
		]);
		expect(findings[0]?.repair.commands[0]).toContain(
			`docker://"$COPY"@${child} docker://registry.example.com/app@${child} #`,
		);
		expect(targets[0]?.digest).toBe(child);
	});

	test("that does not exist", async () => {
		const missing = `sha256:${"1".repeat(64)}`;
		const { findings, targets, trees, outcome, counts } = await run([
			"app:nope",
			`app@${missing}`,
			"none:v1",
		]);
		expect(
			findings.map(({ kind, reason, tags, digest }) => ({
				kind,
				reason,
				tags,
				digest,
			})),
		).toEqual([
			{ kind: "manifest", reason: "missing", tags: [], digest: missing },
			{ kind: "tag", reason: "missing", tags: ["nope"], digest: null },
			{ kind: "tag", reason: "missing", tags: ["v1"], digest: null },
		]);
		expect(targets.map(({ digest }) => digest)).toEqual([null, null, null]);
		expect(trees).toEqual([undefined, undefined, undefined]);
		expect([outcome, counts.brokenTags]).toEqual(["complete", 3]);
	});

	test("a blob in many layers and a child in many indexes is shown once", async () => {
		const inner = image("inner", { layers: 1 });
		store.put(
			"app",
			index([{ content: index([{ content: inner }]) }, { content: inner }]),
			"nest",
		);
		const { trees } = await run(["app:nest"]);
		expect(trees[0] && outline(trees[0])).toEqual([
			"index ok",
			["index ok", ["manifest ok", "config ok", "layer ok"]],
			"manifest seen before",
		]);
	});

	test("a 500 on the tag alone: its neighbours say that it is broken", async () => {
		store.emptyTag("app", "v1");
		expect(told(await run(["app:v1"]))).toEqual(["app:v1 tag unreadable -"]);
		store.emptyTag("app", "latest");
		const { findings, inconclusive, outcome } = await run(["app:v1"]);
		expect([findings, outcome]).toEqual([[], "partial"]);
		expect(inconclusive).toEqual([
			expect.objectContaining({ tag: "v1", reason: "server-error" }),
		]);
	});

	test("whatever could not be looked at makes it partial, and stands in the tree", async () => {
		client.before = ({ reference }) => {
			if (reference === layer) throw new RegistryError("network", "reset");
		};
		const { outcome, findings, inconclusive, trees } = await run(["app:v1"]);
		expect([outcome, findings]).toEqual(["partial", []]);
		expect(inconclusive).toEqual([
			{
				repository: "app",
				tag: "v1",
				digest: layer,
				reason: "network",
				detail: "reset",
			},
		]);
		expect(trees[0]?.children[0]?.children[1]?.verdict).toEqual(
			inconclusive[0],
		);
	});

	test("moved while it was walked: the new content is what is told", async () => {
		const fresh = multiArch("fresh");
		client.before = ({ reference }) => {
			if (reference !== child) return;
			store.repository("app").revisions.delete(child);
			store.put("app", fresh, "v1");
		};
		const { targets, findings, trees } = await run(["app:v1"]);
		expect([findings, targets[0]?.digest]).toEqual([[], fresh.root]);
		expect(trees[0]?.digest).toBe(fresh.root);
	});

	test("referrers hang under what they refer to", async () => {
		const bytes = content.manifests.get(child)?.bytes;
		const signature = image("signature", {
			extra: {
				subject: {
					mediaType: "application/vnd.oci.image.manifest.v1+json",
					digest: child,
					size: bytes?.length,
				},
			},
		});
		store.put("app", signature);
		store.deleteBlob([...signature.blobs.keys()][1] ?? "");
		expect(told(await run(["app:v1"]))).toEqual([]);
		const { findings } = await run(["app:v1"], { referrers: true });
		expect(findings[0]?.path.map(({ kind }) => kind)).toEqual([
			"index",
			"manifest",
			"referrer",
			"layer",
		]);
	});
});

describe("several references", () => {
	test("share what they share: looked at once, told for each, once in the union", async () => {
		store.deleteBlob(layer);
		const { findings, targets, counts } = await run(["app:v1", "app:latest"]);
		expect(told({ findings })).toEqual([
			`app:latest,v1 layer missing ${layer}`,
		]);
		expect(targets.map((each) => told(each))).toEqual([
			[`app:v1 layer missing ${layer}`],
			[`app:latest layer missing ${layer}`],
		]);
		expect(counts).toMatchObject({
			repositories: 1,
			tags: 2,
			brokenTags: 2,
			indexes: 1,
			manifests: 4,
			blobs: 10,
		});
		expect(targets[0]?.counts.requests).toBeGreaterThan(
			targets[1]?.counts.requests ?? 0,
		);
		expect(counts.requests).toBe(client.calls.length);
		// first look, and a second one for each reference
		expect(
			client.calls.filter(({ reference }) => reference === layer),
		).toHaveLength(3);
	});

	test("of two hosts, one of them down", async () => {
		const other = new StoreClient(store);
		other.before = () => {
			throw new RegistryError("dns", "no such host");
		};
		const { outcome, targets, inconclusive } = await run([], {
			targets: [
				target("app:v1"),
				target("app:v1", other),
				target("app:latest", other),
			],
		});
		expect(outcome).toBe("partial");
		expect(targets.map((each) => each.outcome)).toEqual([
			"complete",
			"partial",
			"partial",
		]);
		expect(inconclusive.map(({ tag, reason }) => [tag, reason])).toEqual([
			["v1", "dns"],
			["latest", "dns"],
		]);
		// its door is knocked at once
		expect(other.calls).toHaveLength(1);
	});

	test("a registry that does not ask for the credentials it was given", async () => {
		const { outcome, inconclusive } = await run([], {
			targets: [target("app:v1", client, true)],
		});
		expect([outcome, inconclusive[0]?.reason]).toEqual([
			"partial",
			"wrong-backend",
		]);
		expect(client.calls).toHaveLength(1);
	});

	test("that must be equal", async () => {
		store.put("app", image("else"), "old");
		const other = image("else").root;
		const refs = ["app:nope", "app:v1", "app:old", "app:latest"];
		expect(told(await run(refs))).toHaveLength(1);
		const { findings, targets } = await run(refs, { expectEqual: true });
		expect(told({ findings })).toEqual([
			"app:nope tag missing -",
			`app:old tag mismatch ${other}`,
		]);
		expect(findings[1]).toMatchObject({
			expected: content.root,
			got: other,
			path: [],
		});
		expect(findings[1]?.repair.commands[0]).toContain(
			`docker://registry.example.com/app@${content.root} docker://registry.example.com/app:old`,
		);
		expect(targets.map((each) => each.findings.length)).toEqual([1, 0, 1, 0]);
	});
});
