import { MAX_INDEX_DEPTH } from "../../lib/guard/graph";
import { type ProbeOptions, probe } from "../../lib/guard/probe";
import { reach } from "../../lib/guard/reach";
import { Scheduler } from "../../lib/guard/scheduler";
import { Walk } from "../../lib/guard/walk";
import { Store } from "../support/embedded-registry/store";
import {
	type Content,
	image,
	index,
	MEDIA,
	multiArch,
	sha256,
} from "../support/images";
import { doubted, probeOptions, told } from "../support/probing";
import { StoreClient } from "../support/store-client";

let store: Store;
let client: StoreClient;
beforeEach(() => {
	store = new Store(false);
	client = new StoreClient(store);
});

const run = (options: Partial<ProbeOptions> = {}) =>
	probe({ ...probeOptions(client), ...options });

/** Repeated calls, as `method repository reference`. */
function repeated(): string[] {
	const seen = new Set<string>();
	return client.calls
		.map((call) => `${call.method} ${call.repository} ${call.reference}`)
		.filter((call) => seen.has(call) || !seen.add(call));
}

function nested(depth: number, content: Content): Content {
	let nest = content;
	for (let i = 0; i < depth; i++) nest = index([{ content: nest }]);
	return nest;
}

describe("requests", () => {
	test("on a healthy registry: one for what cannot be avoided, and one to knock", async () => {
		let unavoidable = 0;
		for (let r = 0; r < 20; r++) {
			const repository = `app/${r}`;
			const blobs = new Set<string>();
			const tagged = new Set<string>();
			const manifests = new Set<string>();
			for (let t = 0; t < 5; t++) {
				// the same base layers in every image, one image under two tags
				const content = multiArch(`${r}/${t >> 1}`, { sharedLayers: ["base"] });
				store.put(repository, content, `v${t}`);
				tagged.add(content.root);
				for (const digest of content.blobs.keys()) blobs.add(digest);
				for (const digest of content.manifests.keys()) manifests.add(digest);
				unavoidable++;
			}
			// a child that a tag names as well
			const child = [...manifests].find((digest) => !tagged.has(digest)) ?? "";
			store.repository(repository).tags.set("keep", child);
			tagged.add(child);
			unavoidable += 2 + blobs.size + manifests.size - tagged.size;
		}
		const { counts, outcome } = await run();
		expect(repeated()).toEqual([]);
		expect(counts.requests).toBe(unavoidable + 2);
		expect(outcome).toBe("complete");
		expect(counts).toMatchObject({ repositories: 20, tags: 120 });
	});

	test("the same blob in two repositories is asked for in both", async () => {
		const content = image("shared");
		const [config = ""] = content.blobs.keys();
		store.put("one", content, "v1");
		store.put("two", content, "v1");
		store.deleteLink("two", config);
		expect(told(await run())).toEqual([`two:v1 config missing ${config}`]);
	});

	test("are kept coming, and never more at a time than twice the ceiling for a repository", async () => {
		for (let t = 0; t < 30; t++) store.put("app", multiArch(`${t}`), `v${t}`);
		client.before = () => new Promise(setImmediate);
		await run({ concurrency: 4 });
		expect(client.mostAtOnce).toBe(8);
	});

	test("many small repositories are walked side by side", async () => {
		for (let r = 0; r < 40; r++) store.put(`app/${r}`, image(`${r}`), "v1");
		client.before = () => new Promise(setImmediate);
		await run({ concurrency: 4 });
		expect(client.mostAtOnce).toBeGreaterThanOrEqual(8);
		expect(client.mostAtOnce).toBeLessThanOrEqual(64);
	});
});

describe("limits", () => {
	test("indexes inside indexes", async () => {
		const leaf = multiArch("deep");
		const [lost = ""] = leaf.blobs.keys();
		// leaf itself is an index
		store.put("fits", nested(MAX_INDEX_DEPTH - 1, leaf), "v1");
		store.put("deeper", nested(MAX_INDEX_DEPTH, leaf), "v1");
		store.put("fifty", nested(50, leaf), "v1");
		store.deleteBlob(lost);
		const result = await run();
		expect(told(result)).toEqual([`fits:v1 config missing ${lost}`]);
		expect(result.findings[0]?.path).toHaveLength(MAX_INDEX_DEPTH + 2);
		expect(doubted(result)).toEqual({ limit: 2 });
		expect(
			result.inconclusive.map(({ repository, tag }) => [repository, tag]),
		).toEqual([
			["deeper", "v1"],
			["fifty", "v1"],
		]);
		expect(
			client.calls.filter(({ repository }) => repository === "fifty"),
		).toHaveLength(MAX_INDEX_DEPTH + 1);
	});

	test("what one tag has too deep another may have within reach", async () => {
		const leaf = image("leaf");
		const [lost = ""] = leaf.blobs.keys();
		const middle = nested(5, leaf);
		store.put("app", nested(6, middle), "deep");
		store.put("app", middle, "near");
		store.deleteBlob(lost);
		const walk = new Walk("app", {
			...probeOptions(client),
			scheduler: new Scheduler(4),
			isOver: () => false,
		});
		await walk.run(["deep"]);
		expect(reach(walk)).toMatchObject({
			suspects: [],
			doubts: [{ unlooked: "limit" }],
		});
		await walk.run(["near"]);
		const { suspects, doubts } = reach(walk);
		expect(suspects).toEqual([
			expect.objectContaining({ digest: lost, references: ["deep", "near"] }),
		]);
		expect(doubts).toEqual([]);
		// the middle is fetched once more by its tag, nothing else
		expect(repeated()).toEqual([]);
	});

	test("an index that repeats one child 10,000 times", async () => {
		const child = image("child");
		store.put(
			"app",
			index(Array.from({ length: 10_000 }, () => ({ content: child }))),
			"v1",
		);
		const result = await run();
		expect(result.counts).toMatchObject({
			indexes: 1,
			manifests: 1,
			requests: 8,
		});
	});

	test("an index of 4,000 children, none of them there", async () => {
		const manifests = Array.from({ length: 4_000 }, (_, i) => ({
			mediaType: MEDIA.ociManifest,
			digest: sha256(`child ${i}`),
			size: 500,
		}));
		const bytes = Buffer.from(
			JSON.stringify({
				schemaVersion: 2,
				mediaType: MEDIA.ociIndex,
				manifests,
			}),
		);
		store.put(
			"app",
			{
				root: sha256(bytes),
				manifests: new Map([
					[sha256(bytes), { bytes, mediaType: MEDIA.ociIndex }],
				]),
				blobs: new Map(),
			},
			"v1",
		);
		const result = await run();
		expect(result.findings).toHaveLength(4_000);
		expect(result.counts).toMatchObject({ brokenTags: 1, manifests: 4_000 });
		expect(result.broken).toHaveLength(1);
	});

	test("nodes of one repository", async () => {
		for (const tag of ["v0", "v1", "v2"]) store.put("app", image(tag), tag);
		const walk = new Walk("app", {
			...probeOptions(client),
			scheduler: new Scheduler(1),
			isOver: () => false,
			maxNodes: 9,
		});
		await walk.run(["v0", "v1", "v2"]);
		const { suspects, doubts, visited } = reach(walk);
		expect(suspects).toEqual([]);
		// the tags' manifests come first, then what they refer to: four, three, and of the last only itself
		expect(walk.nodes.manifests.size + walk.nodes.blobs.size).toBe(9);
		expect(
			doubts.map(({ reference, unlooked }) => [reference, unlooked]),
		).toEqual([["v2", "limit"]]);
		expect(visited).toBe(3);
	});
});

describe("referrers", () => {
	const subject = image("subject");
	const bytes = subject.manifests.get(subject.root)?.bytes ?? Buffer.alloc(0);
	const referrer = image("referrer", {
		extra: {
			subject: {
				mediaType: MEDIA.ociManifest,
				digest: subject.root,
				size: bytes.length,
			},
		},
	});
	const second = image("second", {
		extra: {
			subject: {
				mediaType: MEDIA.ociManifest,
				digest: referrer.root,
				size: referrer.manifests.get(referrer.root)?.bytes.length,
			},
		},
	});

	beforeEach(() => {
		store.put("app", subject, "v1");
		store.put("app", referrer);
		store.put("app", second);
	});

	test("are not asked for unless told to", async () => {
		store.deleteBlob([...referrer.blobs.keys()][0] ?? "");
		expect(told(await run())).toEqual([]);
		expect(client.calls.some(({ method }) => method === "listReferrers")).toBe(
			false,
		);
	});

	test("and theirs are walked, a request a manifest", async () => {
		const [lost = ""] = second.blobs.keys();
		store.deleteBlob(lost);
		const result = await run({ referrers: true });
		expect(told(result)).toEqual([`app:v1 config missing ${lost}`]);
		expect(result.findings[0]?.path.map(({ kind }) => kind)).toEqual([
			"manifest",
			"referrer",
			"referrer",
			"config",
		]);
		expect(
			client.calls.filter(({ method }) => method === "listReferrers"),
		).toHaveLength(3);
	});

	test("one that is listed and gone is told as such", async () => {
		client.before = ({ reference, method }) => {
			if (method === "fetchManifest" && reference === referrer.root)
				store.repository("app").revisions.delete(reference);
		};
		expect(told(await run({ referrers: true }))).toEqual([
			`app:v1 referrer missing ${referrer.root}`,
		]);
	});
});

describe("how deep a blob is read", () => {
	const content = image("depth");
	const [, layer = ""] = content.blobs.keys();
	beforeEach(() => {
		store.put("app", content, "v1", "v2");
		store.corruptBlob(layer);
	});

	test("with a rotation every blob is hashed in exactly one window of a cycle", async () => {
		const windows = [];
		for (let window = 1000; window < 1014; window++)
			if (told(await run({ fullRotation: 7, window })).length > 0)
				windows.push(window);
		expect(windows).toHaveLength(2);
		expect((windows[1] ?? 0) - (windows[0] ?? 0)).toBe(7);
	});

	test("a tag whose bytes were wrong is hashed again until they are right", async () => {
		const revisit = [
			{ repository: "app", tag: "v2", reason: "digest" as const },
		];
		expect(told(await run())).toEqual([]);
		expect(told(await run({ revisit }))).toEqual([
			`app:v1,v2 layer digest ${layer}`,
		]);
		expect(
			told(
				await run({
					revisit: [
						{ ...revisit[0], repository: "app", tag: "v2", reason: "missing" },
					],
				}),
			),
		).toEqual([]);
	});
});

describe("which tags", () => {
	const tags = Array.from({ length: 10 }, (_, i) => `v${i}`);
	beforeEach(() => store.put("app", image("app"), ...tags, "latest"));
	const visited = () =>
		client.calls
			.filter(
				({ method, reference }) =>
					method === "fetchManifest" && !reference.includes(":"),
			)
			.map(({ reference }) => reference);

	test("rotate so that each has its turn, and latest has every turn", async () => {
		const all: string[] = [];
		for (let window = 0; window < 4; window++) {
			client.calls.length = 0;
			const result = await run({ tagsPerRepo: 3, window });
			expect(visited()).toHaveLength(4);
			expect(visited()).toContain("latest");
			expect(result.counts.tags).toBe(4);
			expect(result.listedTags).toBe(11);
			all.push(...visited());
		}
		expect([...new Set(all)].sort()).toEqual([...tags, "latest"].sort());
	});

	test("that pods name, and that were broken, always", async () => {
		const inUse = new Set(["registry.example.com/app:v3", "elsewhere/app:v4"]);
		const revisit = [
			{ repository: "app", tag: "v5", reason: "missing" as const },
		];
		for (let window = 0; window < 4; window++) {
			client.calls.length = 0;
			await run({ tagsPerRepo: 1, window, inUse, revisit });
			expect(visited()).toEqual(expect.arrayContaining(["latest", "v3", "v5"]));
			expect(visited()).toHaveLength(4);
		}
	});
});

describe("what the cluster uses", () => {
	test("stands first, by tag and by digest; unknown where nobody said", async () => {
		const [a, b] = [multiArch("a"), multiArch("b")];
		store.put("one", a, "v1", "v2");
		store.put("two", b, "v1");
		store.put("two", image("c"), "v2");
		for (const blob of [...a.blobs.keys(), ...b.blobs.keys()].filter(
			(_, i) => i % 10 === 0,
		))
			store.deleteBlob(blob);
		store.deleteBlob([...image("c").blobs.keys()][0] ?? "");
		const told = ({ broken }: Awaited<ReturnType<typeof run>>) =>
			broken.map(
				({ repository, tag, inUse }) => `${repository}:${tag} ${inUse}`,
			);
		expect(told(await run())).toEqual([
			"one:v1 null",
			"one:v2 null",
			"two:v1 null",
			"two:v2 null",
		]);
		const byTag = await run({
			inUse: new Set(["registry.example.com/one:v2"]),
		});
		expect(told(byTag)).toEqual([
			"one:v2 true",
			"one:v1 false",
			"two:v1 false",
			"two:v2 false",
		]);
		expect(byTag.findings.map(({ inUse }) => inUse)).toEqual([
			true,
			false,
			false,
		]);
		const byDigest = await run({
			inUse: new Set([
				`registry.example.com/two@${b.root}`,
				`registry.example.com/one@${b.root}`,
			]),
		});
		expect(told(byDigest)).toEqual([
			"two:v1 true",
			"one:v1 false",
			"one:v2 false",
			"two:v2 false",
		]);
		const [child = ""] = b.manifests.keys();
		expect(
			told(
				await run({ inUse: new Set([`registry.example.com/two@${child}`]) }),
			)[0],
		).toBe("two:v1 true");
	});
});

test("a repository of very many tags is walked in groups, and a node in several of them is told once", async () => {
	const shared = sha256("nothing");
	const config = Buffer.from("{}");
	const names = Array.from({ length: 2500 }, (_, i) => `v${i}`);
	for (const tag of names) {
		const bytes = Buffer.from(
			JSON.stringify({
				schemaVersion: 2,
				mediaType: MEDIA.ociManifest,
				config: { mediaType: MEDIA.empty, digest: sha256(config), size: 2 },
				layers: [{ mediaType: MEDIA.ociLayer, digest: shared, size: 7 }],
				annotations: { tag },
			}),
		);
		store.put(
			"app",
			{
				root: sha256(bytes),
				manifests: new Map([
					[sha256(bytes), { bytes, mediaType: MEDIA.ociManifest }],
				]),
				blobs: new Map([[sha256(config), config]]),
			},
			tag,
		);
	}
	const { findings, counts, outcome } = await run();
	expect(outcome).toBe("complete");
	expect(findings).toHaveLength(1);
	expect(findings[0]).toMatchObject({
		digest: shared,
		reason: "missing",
		kind: "layer",
	});
	expect(findings[0]?.tags).toEqual([...names].sort());
	expect(findings[0]?.path[0]?.digest).toBe(
		store.repository("app").tags.get("v0"),
	);
	expect(counts).toMatchObject({
		tags: 2500,
		brokenTags: 2500,
		manifests: 2500,
	});
});

describe("which repositories", () => {
	beforeEach(() => {
		for (let r = 0; r < 250; r++)
			store.put(`team${r % 5}/app${r}`, image("same"), "v1");
	});
	const visited = () =>
		client.calls
			.filter(({ method }) => method === "listTags")
			.map(({ repository }) => repository);

	test("shards take each exactly once", async () => {
		let listed = 0;
		for (let index = 0; index < 4; index++) {
			const result = await run({ shard: { index, count: 4 } });
			expect(result.outcome).toBe("complete");
			expect(result.listedRepositories).toBeGreaterThan(30);
			listed += result.listedRepositories;
		}
		expect(listed).toBe(250);
		expect(visited().sort()).toEqual([...store.repositories.keys()].sort());
	});

	test("globs", async () => {
		const result = await run({ repos: ["team1/*", "team2/app2"] });
		expect(visited()).toHaveLength(51);
		expect(result.listedRepositories).toBe(51);
	});

	test("a glob that matches none is no clean registry", async () => {
		const result = await run({ repos: ["team9/*"] });
		expect([result.outcome, doubted(result)]).toEqual([
			"blind",
			{ "catalog-shrunk": 1 },
		]);
	});

	test("a name that comes on two pages is walked once", async () => {
		const result = await run();
		expect(visited()).toHaveLength(250);
		expect(result.listedRepositories).toBe(250);
	});

	test("fewer than there should be", async () => {
		const result = await run({ minRepositories: 251 });
		expect([result.outcome, doubted(result)]).toEqual([
			"partial",
			{ "catalog-shrunk": 1 },
		]);
		expect(result.catalogError).toBeUndefined();
		// of the whole catalog, not of a shard's share
		expect(
			(await run({ minRepositories: 250, shard: { index: 0, count: 4 } }))
				.outcome,
		).toBe("complete");
	});

	test("none at all", async () => {
		store.repositories.clear();
		expect(await run()).toMatchObject({
			outcome: "blind",
			catalogError: "catalog-shrunk",
		});
		expect(await run({ minRepositories: 0 })).toMatchObject({
			outcome: "complete",
			catalogError: undefined,
		});
		// a shard of three may well be empty
		store.put("one", image("one"), "v1");
		for (const index of [0, 1])
			expect((await run({ shard: { index, count: 2 } })).outcome).toBe(
				"complete",
			);
	});
});
