import { createHash } from "node:crypto";
import { children, TAG } from "./damage";
import {
	type Content,
	image,
	index,
	MEDIA,
	multiArch,
	seededBytes,
	sha256,
} from "./images";
import { type PushTarget, pushBlob, pushContent, send } from "./push";
import { schema1 } from "./schema1";
import { plant, type Storage } from "./storage";

/** Where an oddity is put. */
export interface Place {
	readonly target: PushTarget;
	readonly storage: Storage;
	readonly repository: string;
}

/** Something unusual that is whole: a finding about it is a false one. */
export interface Oddity {
	/** Last path component of its repository. */
	readonly name: string;
	readonly put: (place: Place) => Promise<unknown>;
	/** Only here; elsewhere the registry does not know it. */
	readonly only?: "2.8.2" | "3.1.1";
	/** `crane validate` calls it broken: it wants an image that unpacks, every layer of it listed in the config. */
	readonly craneObjects?: boolean;
	/** This version's catalog does not list it: 2.8.2 goes by the folder of layers, 3.1.1 by that of manifests. */
	readonly uncatalogued?: "2.8.2" | "3.1.1";
	/** There is no tag to pull. */
	readonly tagless?: boolean;
}

const pushed = (name: string, content: Content, ...tags: string[]): Oddity => ({
	name,
	put: ({ target, repository }) =>
		pushContent(target, repository, content, TAG, ...tags),
});

/** Puts a manifest that names a root's blobs and more, written by hand. */
async function putManifest(
	{ target, repository }: Place,
	base: Content,
	change: (body: { layers: unknown[]; [key: string]: unknown }) => void,
): Promise<void> {
	await pushContent(target, repository, base);
	const body = JSON.parse(String(base.manifests.get(base.root)?.bytes));
	change(body);
	const { status, body: said } = await send(
		target,
		"PUT",
		`/v2/${repository}/manifests/${TAG}`,
		JSON.stringify(body),
		{ "content-type": body.mediaType },
	);
	if (status !== 201)
		throw new Error(`put ${repository}: got ${status} ${said}, wanted 201`);
}

async function pushSha512(
	{ target, repository }: Place,
	bytes: Buffer,
): Promise<string> {
	const digest = `sha512:${createHash("sha512").update(bytes).digest("hex")}`;
	const start = await send(target, "POST", `/v2/${repository}/blobs/uploads/`);
	const location = new URL(String(start.headers.location), target.origin);
	location.searchParams.set("digest", digest);
	const { status } = await send(target, "PUT", location.href, bytes);
	if (status !== 201) throw new Error(`upload ${digest}: got ${status}`);
	return digest;
}

async function removeManifest(
	{ target, repository }: Place,
	digest: string,
): Promise<void> {
	const { status } = await send(
		target,
		"DELETE",
		`/v2/${repository}/manifests/${digest}`,
	);
	if (status !== 202) throw new Error(`delete ${digest}: got ${status}`);
}

const base = image("oddity/base", { tarballs: true });
const bigConfig = { Labels: { padding: "x".repeat(100_000) } };

export const ODDITIES: readonly Oddity[] = [
	pushed("single", image("oddity/single", { tarballs: true }), "latest"),
	pushed(
		"untyped-manifest",
		image("oddity/untyped", { tarballs: true, untyped: true }),
	),
	pushed(
		"untyped-index",
		multiArch("oddity/untyped", { tarballs: true, untyped: true }),
	),
	pushed(
		"docker-list",
		multiArch("oddity/list", { tarballs: true, docker: true }),
	),
	pushed(
		"docker-manifest",
		image("oddity/docker", { tarballs: true, docker: true }),
	),
	pushed(
		"nested-index",
		index([
			{
				content: index([
					{ content: multiArch("oddity/nested", { tarballs: true }) },
				]),
			},
		]),
	),
	{
		name: "index-of-nothing",
		put: async (place) => {
			// a repository without a single layer is not in the catalog
			await pushContent(place.target, place.repository, base);
			await pushContent(place.target, place.repository, index([]), TAG);
		},
	},
	pushed(
		"layers-of-nothing",
		image("oddity/no-layers", { tarballs: true, layers: 0 }),
	),
	pushed(
		"same-layer-twice",
		image("oddity/twice", {
			tarballs: true,
			sharedLayers: ["oddity/same", "oddity/same"],
		}),
	),
	pushed(
		"large-layer",
		image("oddity/large", { tarballs: true, layerSize: 3_000_000 }),
	),
	pushed("deep/path/of/names", multiArch("oddity/deep", { tarballs: true })),
	pushed(
		"subject-is-missing",
		image("oddity/subject", {
			tarballs: true,
			extra: {
				subject: {
					mediaType: MEDIA.ociManifest,
					digest: sha256("gone"),
					size: 4,
				},
			},
		}),
	),
	pushed(
		"referrer-tags",
		multiArch("oddity/signed", { tarballs: true }),
		`${sha256("signed").replace(":", "-")}`,
		`${sha256("signed").replace(":", "-")}.sig`,
	),
	{
		name: "artifact",
		craneObjects: true,
		put: async (place) => {
			await pushBlob(place.target, place.repository, Buffer.from("{}"));
			await putManifest(place, base, (body) => {
				body.artifactType = "application/vnd.example.sbom";
				const config = {
					mediaType: MEDIA.empty,
					digest: sha256("{}"),
					size: 2,
				};
				Object.assign(body, { config, layers: [config] });
			});
		},
	},
	{
		name: "foreign-layer",
		craneObjects: true,
		put: (place) =>
			putManifest(
				place,
				image("oddity/foreign", { tarballs: true, docker: true }),
				(body) => {
					body.layers.push({
						mediaType: MEDIA.foreignLayer,
						digest: sha256("far away"),
						size: 8,
						urls: ["https://127.0.0.1:9/far-away"],
					});
				},
			),
	},
	{
		name: "inline-data-without-blob",
		craneObjects: true,
		put: async (place) => {
			const bytes = seededBytes("oddity/inline", 90);
			const digest = await pushBlob(place.target, place.repository, bytes);
			await putManifest(place, base, (body) => {
				body.layers.push({
					mediaType: MEDIA.ociLayer,
					digest,
					size: bytes.length,
					data: bytes.toString("base64"),
				});
			});
			plant.missing(place.storage.layerLink(place.repository, digest));
			plant.missing(place.storage.blob(digest));
		},
	},
	{
		name: "sha512-layer",
		craneObjects: true,
		put: async (place) => {
			const bytes = seededBytes("oddity/sha512", 700);
			const digest = await pushSha512(place, bytes);
			await putManifest(place, base, (body) => {
				body.layers.push({
					mediaType: MEDIA.ociLayer,
					digest,
					size: bytes.length,
				});
			});
		},
	},
	{
		name: "empty-layer",
		craneObjects: true,
		put: async (place) => {
			const digest = await pushBlob(
				place.target,
				place.repository,
				Buffer.alloc(0),
			);
			await putManifest(place, base, (body) => {
				body.layers.push({ mediaType: MEDIA.ociLayer, digest, size: 0 });
			});
		},
	},
	{
		name: "large-config",
		craneObjects: true,
		put: async (place) => {
			const bytes = Buffer.from(JSON.stringify(bigConfig));
			const digest = await pushBlob(place.target, place.repository, bytes);
			await putManifest(place, base, (body) => {
				Object.assign(body, {
					config: { mediaType: MEDIA.ociConfig, digest, size: bytes.length },
				});
			});
		},
	},
	{
		name: "schema1",
		only: "2.8.2",
		craneObjects: true,
		put: async ({ storage, repository }) =>
			storage.put(repository, schema1("oddity/schema1"), TAG),
	},
	{
		name: "empty-repository",
		tagless: true,
		put: async (place) => {
			const content = image("oddity/emptied", { tarballs: true });
			await pushContent(place.target, place.repository, content, TAG);
			await removeManifest(place, content.root);
		},
	},
	{
		name: "interrupted-push",
		uncatalogued: "3.1.1",
		tagless: true,
		put: ({ target, repository }) =>
			pushBlob(target, repository, seededBytes("oddity/interrupted", 500)),
	},
	{
		name: "untagged-leftovers",
		put: async ({ target, storage, repository }) => {
			await pushContent(
				target,
				repository,
				multiArch("oddity/kept", { tarballs: true }),
				TAG,
			);
			const left = multiArch("oddity/leftover", { tarballs: true });
			await pushContent(target, repository, left);
			const [child = ""] = children(left, left.root);
			const [, layer = ""] = children(left, child);
			plant.missing(storage.blob(layer));
			plant.missing(storage.revisionLink(repository, child));
		},
	},
];
