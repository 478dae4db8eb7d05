import { parseManifest } from "../../lib/oci/manifest";
import { successors } from "../../lib/oci/successors";
import { image, MEDIA, multiArch, sha256 } from "../support/images";

const d = (name: string, mediaType = "", extra = {}) => ({
	mediaType,
	digest: sha256(name),
	size: name.length,
	...extra,
});

function of(body: unknown) {
	const manifest = parseManifest(Buffer.from(JSON.stringify(body)), "");
	if (manifest.form === "none") throw new Error(manifest.got);
	return successors(manifest).map(({ role, kind, descriptor }) => [
		role,
		kind,
		descriptor.digest,
	]);
}

describe("successors", () => {
	test("of what buildx pushes: platforms and their attestations", () => {
		const { root, manifests } = multiArch("a");
		const body = JSON.parse(String(manifests.get(root)?.bytes));
		expect(of(body).map(([role, kind]) => `${role} ${kind}`)).toEqual([
			"manifest manifest",
			"manifest manifest",
			"manifest attestation",
			"manifest attestation",
		]);
	});

	test("attestations by annotation or by platform, nested indexes, unknown types as manifests", () => {
		const unknown = { platform: { os: "unknown", architecture: "unknown" } };
		const annotated = {
			annotations: { "vnd.docker.reference.type": "attestation-manifest" },
		};
		expect(
			of({
				manifests: [
					d("1", MEDIA.ociManifest, unknown),
					d("2", MEDIA.ociManifest, annotated),
					d("3", MEDIA.ociIndex),
					d("4", MEDIA.dockerList),
					d("5", "application/vnd.surprise+json"),
					d("6"),
				],
				subject: d("7", MEDIA.ociManifest),
			}).map(([role, kind]) => `${role} ${kind}`),
		).toEqual([
			"manifest attestation",
			"manifest attestation",
			"manifest index",
			"manifest index",
			"manifest manifest",
			"manifest manifest",
			"subject manifest",
		]);
	});

	test("of an image: config, layers, foreign layers", () => {
		expect(
			of({
				config: d("c", MEDIA.ociConfig),
				layers: [
					d("1", MEDIA.ociLayer),
					d("2", MEDIA.foreignLayer),
					d(
						"3",
						"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
					),
					d("4", MEDIA.dockerLayer, { urls: ["https://elsewhere/layer"] }),
				],
			}),
		).toEqual([
			["blob", "config", sha256("c")],
			["blob", "layer", sha256("1")],
			["foreign", "layer", sha256("2")],
			["foreign", "layer", sha256("3")],
			["foreign", "layer", sha256("4")],
		]);
	});

	test("BuildKit's cache: an index over blobs", () => {
		expect(
			of({
				manifests: [
					d("1", MEDIA.ociLayer),
					d("2", MEDIA.dockerLayer),
					d("3", "application/vnd.buildkit.cacheconfig.v0"),
				],
			}).map(([role, kind]) => `${role} ${kind}`),
		).toEqual(["blob layer", "blob layer", "blob config"]);
	});

	test("of schema1: its layers, each once", () => {
		const fsLayers = [
			{ blobSum: sha256("a") },
			{ blobSum: sha256("b") },
			{ blobSum: sha256("a") },
		];
		expect(of({ schemaVersion: 1, fsLayers })).toEqual([
			["blob", "layer", sha256("a")],
			["blob", "layer", sha256("b")],
		]);
	});

	test("one child 10,000 times is one child, two sizes of it are two", () => {
		const child = d("1", MEDIA.ociManifest);
		const manifests = [...Array(10_000).fill(child), { ...child, size: 9 }];
		expect(of({ manifests })).toHaveLength(2);
	});

	test("a real image of the test content", () => {
		const { root, manifests } = image("a", { layers: 3 });
		const body = JSON.parse(String(manifests.get(root)?.bytes));
		expect(of(body)).toHaveLength(4);
	});
});
