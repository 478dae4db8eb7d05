import {
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "../support/embedded-registry";
import { SCHEMA1 } from "../support/embedded-registry/manifests";
import {
	type Content,
	image,
	index,
	MEDIA,
	multiArch,
	seededBytes,
	sha256,
} from "../support/images";
import { doubted, probing, told } from "../support/probing";
import { schema1 } from "../support/schema1";

let registry: EmbeddedRegistry;
afterEach(() => registry.close());

/** Digests of a multi-arch image: its first platform, that one's blobs, the last attestation. */
function nodes({ manifests, blobs, root }: Content) {
	const [child = "", ...others] = [...manifests.keys()];
	const [config = "", layer = ""] = [...blobs.keys()];
	return { root, child, config, layer, attestation: others.at(-2) ?? "" };
}
type Nodes = ReturnType<typeof nodes>;
type Damage = (
	store: EmbeddedRegistry["store"],
	repository: string,
	at: Nodes,
) => void;

/** Name, damage, what is told of a cold and of a warm registry; `*` only in full mode. */
const CLASSES: readonly (readonly [string, Damage, string, string])[] = [
	[
		"child-link",
		(s, r, n) => s.deleteLink(r, n.child),
		"manifest missing child",
		"manifest missing child",
	],
	[
		"child-link-empty",
		(s, r, n) => s.emptyLink(r, n.child),
		"manifest unreadable child",
		"manifest unreadable child",
	],
	[
		"child-gone",
		(s, _, n) => s.deleteBlob(n.child),
		"manifest missing child",
		"manifest missing child",
	],
	[
		"child-truncated",
		(s, _, n) => s.truncateBlob(n.child, 300),
		"manifest unreadable child",
		"manifest unreadable child",
	],
	[
		"child-corrupt",
		(s, _, n) => s.corruptBlob(n.child),
		"manifest digest child",
		"manifest digest child",
	],
	[
		"attestation-gone",
		(s, _, n) => s.deleteBlob(n.attestation),
		"attestation missing attestation",
		"attestation missing attestation",
	],
	[
		"layer-gone",
		(s, _, n) => s.deleteBlob(n.layer),
		"layer missing layer",
		"layer size layer",
	],
	[
		"layer-link",
		(s, r, n) => s.deleteLink(r, n.layer),
		"layer missing layer",
		"",
	],
	[
		"layer-empty",
		(s, _, n) => s.truncateBlob(n.layer, 0),
		"layer size layer",
		"layer size layer",
	],
	[
		"layer-truncated",
		(s, _, n) => s.truncateBlob(n.layer, 324),
		"layer size layer",
		"layer size layer",
	],
	[
		"layer-corrupt",
		(s, _, n) => s.corruptBlob(n.layer),
		"*layer digest layer",
		"*layer digest layer",
	],
	[
		"config-gone",
		(s, _, n) => s.deleteBlob(n.config),
		"config missing config",
		"config size config",
	],
	[
		"config-truncated",
		(s, _, n) => s.truncateBlob(n.config, 20),
		"config size config",
		"config size config",
	],
	[
		"config-corrupt",
		(s, _, n) => s.corruptBlob(n.config),
		"config digest config",
		"config digest config",
	],
	[
		"index-link",
		(s, r, n) => s.deleteLink(r, n.root),
		"tag dangling-tag -",
		"tag dangling-tag -",
	],
	[
		"index-gone",
		(s, _, n) => s.deleteBlob(n.root),
		"tag dangling-tag -",
		"tag dangling-tag -",
	],
	[
		"index-truncated",
		(s, _, n) => s.truncateBlob(n.root, 500),
		"tag unreadable -",
		"tag unreadable -",
	],
	[
		"index-corrupt",
		(s, _, n) => s.corruptBlob(n.root),
		"index digest root",
		"index digest root",
	],
	[
		"tag-to-nowhere",
		(s, r) => s.pointTag(r, "v1"),
		"tag dangling-tag -",
		"tag dangling-tag -",
	],
	[
		"tag-empty",
		(s, r) => s.emptyTag(r, "v1"),
		"tag unreadable -",
		"tag unreadable -",
	],
];

describe("every damage class, beside others that are whole", () => {
	test.each([
		["cold", "tail"],
		["cold", "full"],
		["warm", "tail"],
		["warm", "full"],
	] as const)("%s registry, %s mode", async (temperature, mode) => {
		registry = await startEmbeddedRegistry({ warm: true });
		const expected: string[] = [];
		for (const [name, damage, cold, warm] of CLASSES) {
			const line = temperature === "cold" ? cold : warm;
			// a 500 is asked for again and again: once in this table is enough
			const isSlow = line.includes("unreadable");
			if (isSlow && (temperature === "warm" || mode === "full")) continue;
			const content = multiArch(`class/${name}`);
			const at = nodes(content);
			registry.store.put(name, content, "v1");
			registry.store.put(name, multiArch(`whole/${name}`), "whole");
			damage(registry.store, name, at);
			if (line === "" || (line.startsWith("*") && mode === "tail")) continue;
			const [kind, reason, node] = line.replace("*", "").split(" ");
			const digest = node === "-" ? "-" : at[node as keyof Nodes];
			expected.push(`${name}:v1 ${kind} ${reason} ${digest}`);
		}
		if (temperature === "cold") registry.store.restart();
		const result = await probing(registry, { mode });
		expect(told(result).sort()).toEqual(expected.sort());
		expect(result.outcome).toBe("complete");
		expect(result.counts).toMatchObject({
			repositories: registry.store.repositories.size,
			tags: 2 * registry.store.repositories.size,
			brokenTags: expected.length,
		});
		expect(result.broken.map(({ tag }) => tag)).toEqual(
			expected.map(() => "v1"),
		);
	});

	test("head mode trusts lengths: it sees what is gone or short from a cold registry alone", async () => {
		registry = await startEmbeddedRegistry({ warm: true });
		const content = multiArch("head");
		const { layer } = nodes(content);
		registry.store.put("app", content, "v1");
		registry.store.truncateBlob(layer, 3);
		expect(told(await probing(registry, { mode: "head" }))).toEqual([]);
		registry.store.restart();
		expect(told(await probing(registry, { mode: "head" }))).toEqual([
			`app:v1 layer size ${layer}`,
		]);
	});

	test("a registry that knows no ranges: read to the end where that is cheap, and counted", async () => {
		registry = await startEmbeddedRegistry({ warm: true });
		const content = multiArch("weak");
		const { layer } = nodes(content);
		registry.store.put("app", content, "v1");
		registry.before = (request) => {
			delete request.headers.range;
			return false;
		};
		// the configs are read whole anyway
		expect((await probing(registry)).counts.weakReads).toBe(6);
		registry.store.corruptBlob(layer);
		expect(told(await probing(registry))).toEqual([
			`app:v1 layer digest ${layer}`,
		]);
	});

	test("texts say what was expected and what came", async () => {
		registry = await startEmbeddedRegistry({ warm: true });
		const content = multiArch("texts");
		const { child, layer, root } = nodes(content);
		registry.store.put("app", content, "v1", "latest");
		registry.store.put("app", multiArch("fine"), "fine");
		registry.store.deleteBlob(layer);
		const { findings } = await probing(registry);
		expect(findings).toEqual([
			expect.objectContaining({
				tags: ["latest", "v1"],
				path: [
					{ kind: "index", digest: root },
					{ kind: "manifest", digest: child },
					{ kind: "layer", digest: layer },
				],
				expected: "648 bytes",
				got: expect.stringContaining("no byte at its end"),
				inUse: null,
			}),
		]);
	});
});

/** A manifest over the blobs of another one, written by hand. */
function manifest(
	body: Record<string, unknown>,
	blobs: readonly Buffer[] = [],
): Content {
	const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, ...body }));
	const root = sha256(bytes);
	const mediaType = String(body.mediaType ?? MEDIA.ociManifest);
	return {
		root,
		manifests: new Map([[root, { bytes, mediaType }]]),
		blobs: new Map(blobs.map((blob) => [sha256(blob), blob])),
	};
}
const descriptor = (bytes: Buffer, mediaType: string, more: object = {}) => ({
	mediaType,
	digest: sha256(bytes),
	size: bytes.length,
	...more,
});

const CONFIG = Buffer.from('{"os":"linux","architecture":"amd64"}');
const LAYER = seededBytes("a layer", 300);
const EMPTY = Buffer.from("{}");
const config = descriptor(CONFIG, MEDIA.ociConfig);
const layer = descriptor(LAYER, MEDIA.ociLayer);
const GONE = Buffer.from("far away");

const HEALTHY: readonly (readonly [string, Content])[] = [
	["single", image("single")],
	["untyped-manifest", image("untyped", { untyped: true })],
	["untyped-index", multiArch("untyped", { untyped: true })],
	["docker-list", multiArch("list", { docker: true })],
	["nested", index([{ content: index([{ content: multiArch("nested") }]) }])],
	["no-children", index([])],
	["schema1", schema1("old")],
	[
		"artifact",
		manifest(
			{
				mediaType: MEDIA.ociManifest,
				artifactType: "application/vnd.example",
				config: descriptor(EMPTY, MEDIA.empty, {
					data: EMPTY.toString("base64"),
				}),
				layers: [layer],
			},
			[EMPTY, LAYER],
		),
	],
	[
		"foreign-layer",
		manifest(
			{
				mediaType: MEDIA.dockerManifest,
				config,
				layers: [
					layer,
					descriptor(GONE, MEDIA.foreignLayer, {
						urls: ["http://127.0.0.1:9/x"],
					}),
				],
			},
			[CONFIG, LAYER],
		),
	],
	[
		"urls-alone",
		manifest(
			{
				mediaType: MEDIA.ociManifest,
				config,
				layers: [
					layer,
					descriptor(GONE, MEDIA.ociLayer, { urls: ["http://127.0.0.1:9/x"] }),
				],
			},
			[CONFIG, LAYER],
		),
	],
	[
		"inline",
		manifest(
			{
				mediaType: MEDIA.ociManifest,
				config,
				layers: [
					descriptor(GONE, MEDIA.ociLayer, { data: GONE.toString("base64") }),
				],
			},
			[CONFIG],
		),
	],
	[
		"subject-gone",
		image("referrer", {
			extra: { subject: descriptor(GONE, MEDIA.ociManifest) },
		}),
	],
	[
		"empty-layer",
		manifest(
			{
				mediaType: MEDIA.ociManifest,
				config,
				layers: [descriptor(Buffer.alloc(0), MEDIA.ociLayer)],
			},
			[CONFIG, Buffer.alloc(0)],
		),
	],
	[
		"buildkit-cache",
		{
			...manifest(
				{
					mediaType: MEDIA.ociIndex,
					manifests: [
						layer,
						descriptor(CONFIG, "application/vnd.buildkit.cacheconfig.v0"),
					],
				},
				[CONFIG, LAYER],
			),
		},
	],
];

describe("healthy oddities", () => {
	test.each(["cold", "warm"])("%s: nothing is told", async (temperature) => {
		registry = await startEmbeddedRegistry({ warm: true });
		for (const [name, content] of HEALTHY)
			registry.store.put(`odd/${name}`, content, "v1", "sha256-0123.sig");
		registry.store.put("odd/untagged-leftovers", multiArch("kept"), "v1");
		registry.store.put("odd/untagged-leftovers", multiArch("left"));
		registry.store.deleteBlob([...multiArch("left").manifests.keys()][0] ?? "");
		registry.store.put("odd/no-tags", image("untagged"));
		registry.store.repository("odd/only-layers").layers.add(sha256(LAYER));
		if (temperature === "cold") registry.store.restart();
		const result = await probing(registry, { mode: "full" });
		expect(told(result)).toEqual([]);
		expect(doubted(result)).toEqual({});
		expect(result.outcome).toBe("complete");
		expect(result.counts.repositories).toBe(HEALTHY.length + 3);
		expect(result.counts.tags).toBe(2 * HEALTHY.length + 1);
	});

	test("the empty descriptor's blob must be there, inline or not", async () => {
		registry = await startEmbeddedRegistry();
		const [, artifact] = HEALTHY.find(([name]) => name === "artifact") ?? [];
		registry.store.put("app", artifact as Content, "v1");
		registry.store.deleteLink("app", sha256(EMPTY));
		expect(told(await probing(registry))).toEqual([
			`app:v1 config missing ${sha256(EMPTY)}`,
		]);
	});

	test("inline data that is not its descriptor's counts for nothing", async () => {
		registry = await startEmbeddedRegistry();
		const lie = descriptor(GONE, MEDIA.ociLayer, {
			data: Buffer.from("far awaz").toString("base64"),
		});
		registry.store.put(
			"app",
			manifest({ mediaType: MEDIA.ociManifest, config, layers: [lie] }, [
				CONFIG,
			]),
			"v1",
		);
		expect(told(await probing(registry))).toEqual([
			`app:v1 layer missing ${sha256(GONE)}`,
		]);
	});

	test("blobs of a schema1 image are looked at", async () => {
		registry = await startEmbeddedRegistry();
		const content = schema1("old");
		const [lost = ""] = content.blobs.keys();
		registry.store.put("app", content, "v1");
		registry.store.deleteBlob(lost);
		expect(SCHEMA1).toContain("v1+prettyjws");
		expect(told(await probing(registry))).toEqual([
			`app:v1 layer missing ${lost}`,
		]);
	});
});

describe("content that was wrong when it was pushed", () => {
	const put = (name: string, content: Content) =>
		registry.store.put(name, content, "v1");

	test("descriptors that disagree with what they name", async () => {
		registry = await startEmbeddedRegistry();
		const child = image("child");
		const bytes = child.manifests.get(child.root)?.bytes ?? EMPTY;
		const over = (...children: object[]): Content => ({
			...child,
			...(() => {
				const top = manifest({
					mediaType: MEDIA.ociIndex,
					manifests: children,
				});
				return {
					root: top.root,
					manifests: new Map([...child.manifests, ...top.manifests]),
				};
			})(),
		});
		const right = descriptor(bytes, MEDIA.ociManifest);
		put("a", over(descriptor(bytes, MEDIA.dockerManifest)));
		put("b", over({ ...right, size: bytes.length + 1 }));
		put("c", over({ ...right, mediaType: undefined }));
		put(
			"d",
			manifest(
				{
					mediaType: MEDIA.ociManifest,
					config,
					layers: [{ ...layer, size: 301 }],
				},
				[CONFIG, LAYER],
			),
		);
		// one descriptor is right, the other is not: the tags that reach it by the wrong one are told
		put("e", over(right));
		registry.store.put("e", over({ ...right, size: 1 }), "wrong");
		expect(told(await probing(registry))).toEqual([
			`a:v1 manifest media-type ${child.root}`,
			`b:v1 manifest size ${child.root}`,
			`d:v1 layer size ${sha256(LAYER)}`,
			`e:wrong manifest size ${child.root}`,
		]);
	});

	test("an unknown algorithm cannot be looked at, and is no finding", async () => {
		registry = await startEmbeddedRegistry();
		const digest = `blake3:${"0".repeat(64)}`;
		put(
			"app",
			manifest(
				{
					mediaType: MEDIA.ociManifest,
					config,
					layers: [layer, { ...layer, digest }],
				},
				[CONFIG, LAYER],
			),
		);
		const result = await probing(registry);
		expect([told(result), doubted(result)]).toEqual([[], { algorithm: 1 }]);
		// says nothing about the run
		expect(result.outcome).toBe("complete");
		expect(result.inconclusive).toEqual([
			expect.objectContaining({ repository: "app", tag: "v1", digest }),
		]);
	});

	test("header, body and digest that disagree", async () => {
		registry = await startEmbeddedRegistry();
		const content = multiArch("headers");
		const [first = "", second = ""] = content.manifests.keys();
		put("app", content);
		put("other", multiArch("other"));
		const bodies = new Map(
			[...content.manifests].map(([digest, { bytes }]) => [digest, bytes]),
		);
		registry.before = (request, response) => {
			const digest = request.url?.split("/").at(-1) ?? "";
			const body = bodies.get(digest);
			if (digest !== first && digest !== second) return false;
			response.writeHead(
				200,
				digest === first
					? { "content-type": MEDIA.dockerManifest }
					: {
							"content-type": MEDIA.ociManifest,
							"docker-content-digest": sha256("else"),
						},
			);
			response.end(body);
			return true;
		};
		expect(told(await probing(registry))).toEqual(
			[
				`app:v1 manifest media-type ${first}`,
				`app:v1 manifest digest ${second}`,
			].sort((a, b) =>
				(a.split(" ").at(-1) ?? "") < (b.split(" ").at(-1) ?? "") ? -1 : 1,
			),
		);
	});

	test("a tag on what is no manifest", async () => {
		registry = await startEmbeddedRegistry();
		const body = Buffer.from("{}");
		registry.store.put(
			"app",
			{
				root: sha256(body),
				manifests: new Map([
					[sha256(body), { bytes: body, mediaType: MEDIA.ociManifest }],
				]),
				blobs: new Map(),
			},
			"v1",
		);
		expect(told(await probing(registry))).toEqual([
			`app:v1 manifest invalid ${sha256(body)}`,
		]);
	});
});
