import { isInline } from "../../lib/oci/descriptor";
import { parseManifest } from "../../lib/oci/manifest";
import { image, MEDIA, multiArch, sha256 } from "../support/images";

const SHA = sha256("x");
const descriptor = { mediaType: MEDIA.ociLayer, digest: SHA, size: 3 };
const config = { ...descriptor, mediaType: MEDIA.ociConfig };
const parse = (body: unknown, contentType = "") =>
	parseManifest(Buffer.from(JSON.stringify(body)), contentType);
const root = (content: ReturnType<typeof image>) => {
	const found = content.manifests.get(content.root);
	if (!found) throw new Error("no root");
	return found;
};

describe("parseManifest: what a body is", () => {
	test.each([
		["index", multiArch("a"), MEDIA.ociIndex],
		["index", multiArch("a", { docker: true }), MEDIA.dockerList],
		["image", image("a"), MEDIA.ociManifest],
		["image", image("a", { docker: true }), MEDIA.dockerManifest],
		["index", multiArch("a", { untyped: true }), MEDIA.ociIndex],
		["image", image("a", { untyped: true }), MEDIA.ociManifest],
		[
			"artifact",
			image("a", { extra: { artifactType: "x/y" } }),
			MEDIA.ociManifest,
		],
	])("%s", (form, content, mediaType) => {
		const { bytes } = root(content);
		for (const header of [
			mediaType,
			"",
			"application/octet-stream",
			`${mediaType.toUpperCase()}; charset=utf-8`,
		])
			expect(parseManifest(bytes, header)).toMatchObject({ form, mediaType });
	});

	test("the header speaks where the body does not, and shape where neither does", () => {
		expect(parse({ manifests: [] }, MEDIA.dockerList)).toMatchObject({
			form: "index",
			mediaType: MEDIA.dockerList,
		});
		expect(parse({ manifests: [] }, "application/json")).toMatchObject({
			form: "index",
			mediaType: MEDIA.ociIndex,
		});
		// Go writes an empty list as null
		expect(parse({ mediaType: MEDIA.ociIndex, manifests: null })).toMatchObject(
			{ form: "index", manifests: [] },
		);
		expect(parse({ config, layers: null })).toMatchObject({
			form: "image",
			layers: [],
		});
	});

	test("schema1 by its version, its layers without sizes", () => {
		const body = {
			schemaVersion: 1,
			name: "a",
			fsLayers: [{ blobSum: SHA }, { blobSum: SHA }],
		};
		const type = "application/vnd.docker.distribution.manifest.v1+prettyjws";
		const layer = { mediaType: "", digest: SHA, size: undefined };
		for (const header of [type, "application/json", ""])
			expect(parse(body, header)).toMatchObject({
				form: "schema1",
				mediaType: type,
				layers: [layer, layer],
			});
	});

	test("artifacts: other configs, the withdrawn artifact manifest, a subject", () => {
		const empty = { mediaType: MEDIA.empty, digest: SHA, size: 2 };
		expect(
			parse({ config: empty, layers: [], subject: descriptor }),
		).toMatchObject({
			form: "artifact",
			subject: descriptor,
		});
		const mediaType = "application/vnd.oci.artifact.manifest.v1+json";
		expect(parse({ mediaType, blobs: [descriptor] }, mediaType)).toMatchObject({
			form: "artifact",
			config: undefined,
			layers: [descriptor],
		});
	});
});

describe("parseManifest: why a body is none", () => {
	const none = (reason: string, got: string) => ({
		form: "none",
		reason,
		got: expect.stringContaining(got),
	});
	test.each([
		[
			"header against body",
			{ mediaType: MEDIA.ociIndex, manifests: [] },
			MEDIA.ociManifest,
			none("media-type", MEDIA.ociManifest),
		],
		[
			"header against body, Docker for OCI",
			{ mediaType: MEDIA.ociManifest, config, layers: [] },
			MEDIA.dockerManifest,
			none("media-type", MEDIA.dockerManifest),
		],
		[
			"header against shape",
			{ manifests: [] },
			MEDIA.ociManifest,
			none("media-type", MEDIA.ociManifest),
		],
		[
			"body against shape",
			{ mediaType: MEDIA.ociIndex, config, layers: [] },
			"",
			none("invalid", "looks like"),
		],
		[
			"manifests and layers",
			{ manifests: [], layers: [], config },
			"",
			none("invalid", "both"),
		],
		[
			"nothing in it",
			{},
			"",
			none("invalid", "no manifests, config or layers"),
		],
		["a list", [], "", none("invalid", "no object")],
		["null", null, "", none("invalid", "no object")],
		[
			"layers without a config",
			{ layers: [] },
			"",
			none("invalid", "config: got undefined"),
		],
		[
			"layers that are no list",
			{ config, layers: "x" },
			"",
			none("invalid", "layers"),
		],
		[
			"a config that is none",
			{ mediaType: MEDIA.ociManifest, config: 5, layers: [] },
			"",
			none("invalid", "config: got number"),
		],
		[
			"a digest that is none",
			{ manifests: [{ ...descriptor, digest: "sha256:zz" }] },
			"",
			none("invalid", "manifests[0].digest"),
		],
		[
			"no size",
			{ manifests: [{ digest: SHA }] },
			"",
			none("invalid", "manifests[0].size"),
		],
		[
			"a size below zero",
			{ config: { ...config, size: -1 } },
			"",
			none("invalid", "config.size: got -1"),
		],
		[
			"a size that is no whole number",
			{ config: { ...config, size: 1.5 } },
			"",
			none("invalid", "config.size"),
		],
		[
			"a media type that is none",
			{ config: { ...config, mediaType: 5 } },
			"",
			none("invalid", "config.mediaType"),
		],
		[
			"data that is no base64",
			{ config: { ...config, data: "%%%" } },
			"",
			none("invalid", "config.data"),
		],
		[
			"fsLayers that are none",
			{ schemaVersion: 1, fsLayers: [{}] },
			"",
			none("invalid", "blobSum"),
		],
		[
			"too many",
			{ manifests: Array(100_001).fill(0) },
			"",
			none("limit", "100001 manifests"),
		],
	])("%s", (_, body, header, wanted) => {
		expect(parse(body, header)).toMatchObject(wanted);
	});

	test("bytes that are no JSON", () => {
		for (const bytes of [
			"",
			"{",
			"<html>",
			"\u0000",
			`{"manifests":[`,
			`\ufeff{"manifests":[]}`,
		])
			expect(parseManifest(Buffer.from(bytes), "")).toMatchObject(
				none("invalid", "no JSON"),
			);
	});
});

describe("descriptors", () => {
	test("keep what a verdict needs, bounded, and drop what is odd", () => {
		const parsed = parse({
			manifests: [
				{
					...descriptor,
					platform: { os: "linux", architecture: "arm64", variant: "v8" },
					annotations: { a: "b", n: 5, __proto__: "x", long: "y".repeat(5000) },
					urls: ["https://elsewhere/x", 5],
					artifactType: "a/b",
					surprise: true,
				},
				{
					...descriptor,
					annotations: [],
					urls: "x",
					platform: "y",
					artifactType: 3,
				},
			],
		});
		expect(parsed).toMatchObject({ form: "index" });
		if (parsed.form !== "index") return;
		expect(parsed.manifests).toEqual([
			{
				...descriptor,
				platform: { os: "linux", architecture: "arm64" },
				annotations: { a: "b" },
				urls: ["https://elsewhere/x"],
				artifactType: "a/b",
			},
			descriptor,
		]);
	});

	test("inline data counts where digest and size match, never for the empty descriptor", () => {
		const data = Buffer.from("hello");
		const good = { mediaType: "", digest: sha256(data), size: 5, data };
		expect(isInline(good)).toBe(true);
		expect(isInline({ ...good, size: 6 })).toBe(false);
		expect(isInline({ ...good, digest: SHA })).toBe(false);
		expect(isInline({ ...good, digest: "blake3:abc" })).toBe(false);
		expect(isInline(descriptor)).toBe(false);
		const empty = Buffer.from("{}");
		expect(
			isInline({
				mediaType: MEDIA.empty,
				digest: sha256(empty),
				size: 2,
				data: empty,
			}),
		).toBe(false);
	});
});

test("what is wrong with a body reads on behind the word got", () => {
	expect(parseManifest(Buffer.from("x"), "")).toMatchObject({
		got: "no JSON, wanted a manifest",
	});
});
