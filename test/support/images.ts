import { createHash } from "node:crypto";
import { gzip, tar } from "./tarball";

/** Made-up OCI content for tests, the demo and the benchmarks: same seed, same bytes. */

export const MEDIA = {
	ociIndex: "application/vnd.oci.image.index.v1+json",
	ociManifest: "application/vnd.oci.image.manifest.v1+json",
	dockerList: "application/vnd.docker.distribution.manifest.list.v2+json",
	dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
	ociConfig: "application/vnd.oci.image.config.v1+json",
	dockerConfig: "application/vnd.docker.container.image.v1+json",
	ociLayer: "application/vnd.oci.image.layer.v1.tar+gzip",
	dockerLayer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
	foreignLayer: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
	empty: "application/vnd.oci.empty.v1+json",
	inToto: "application/vnd.in-toto+json",
} as const;

export interface ManifestContent {
	readonly bytes: Buffer;
	readonly mediaType: string;
}

/** A graph of content under one root, children before parents in `manifests`. */
export interface Content {
	readonly root: string;
	readonly manifests: ReadonlyMap<string, ManifestContent>;
	readonly blobs: ReadonlyMap<string, Buffer>;
}

export function sha256(bytes: Buffer | string): string {
	return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Bytes that do not compress and depend on the seed alone. */
export function seededBytes(seed: string, size: number): Buffer {
	const parts: Buffer[] = [];
	for (let have = 0, i = 0; have < size; i++) {
		const part = createHash("sha512").update(`${seed}/${i}`).digest();
		parts.push(part);
		have += part.length;
	}
	return Buffer.concat(parts).subarray(0, size);
}

export interface ImageOptions {
	/** @default 2 */
	readonly layers?: number;
	/** Bytes of each layer. @default 648 */
	readonly layerSize?: number;
	/** Seeds of layers that several images share. */
	readonly sharedLayers?: readonly string[];
	readonly platform?: { readonly os: string; readonly architecture: string };
	/** Docker v2 media types instead of OCI's. */
	readonly docker?: boolean;
	/** Leave the `mediaType` field out of the manifest. */
	readonly untyped?: boolean;
	/** Layers are gzipped tar archives with a file of `layerSize`, for programs that unpack them. */
	readonly tarballs?: boolean;
	/** Merged into the manifest last: `subject`, `artifactType`, `annotations`, further `layers` by hand. */
	readonly extra?: Readonly<Record<string, unknown>>;
}

function manifestOf(
	body: Record<string, unknown>,
	mediaType: string,
	untyped = false,
): ManifestContent {
	const { mediaType: _, ...rest } = body;
	const typed = untyped
		? { schemaVersion: 2, ...rest }
		: { schemaVersion: 2, mediaType, ...rest };
	return { bytes: Buffer.from(JSON.stringify(typed)), mediaType };
}

/** A single image manifest with a config and layers. */
export function image(seed: string, options: ImageOptions = {}): Content {
	const {
		layers = 2,
		layerSize = 648,
		sharedLayers = [],
		docker = false,
		untyped = false,
		tarballs = false,
	} = options;
	const { platform = { os: "linux", architecture: "amd64" }, extra = {} } =
		options;
	const seeds = [
		...sharedLayers,
		...Array.from({ length: layers }, (_, i) => `${seed}/layer/${i}`),
	];
	const diffs = seeds.map((s) => {
		const bytes = seededBytes(s, layerSize);
		return tarballs ? tar("content", bytes) : bytes;
	});
	const layerBytes = tarballs ? diffs.map(gzip) : diffs;
	const config = Buffer.from(
		JSON.stringify({
			...platform,
			config: { Labels: { seed } },
			rootfs: { type: "layers", diff_ids: diffs.map(sha256) },
		}),
	);
	const blobs = new Map([config, ...layerBytes].map((b) => [sha256(b), b]));
	const manifest = manifestOf(
		{
			config: {
				mediaType: docker ? MEDIA.dockerConfig : MEDIA.ociConfig,
				digest: sha256(config),
				size: config.length,
			},
			layers: layerBytes.map((b) => ({
				mediaType: docker ? MEDIA.dockerLayer : MEDIA.ociLayer,
				digest: sha256(b),
				size: b.length,
			})),
			...extra,
		},
		docker ? MEDIA.dockerManifest : MEDIA.ociManifest,
		untyped,
	);
	const root = sha256(manifest.bytes);
	return { root, manifests: new Map([[root, manifest]]), blobs };
}

/** The attestation manifest that buildx hangs beside an image: platform unknown/unknown, one in-toto layer. */
export function attestation(
	seed: string,
	of: Content,
	options: Pick<ImageOptions, "tarballs"> = {},
): Content {
	return image(`${seed}/attestation/${of.root}`, {
		...options,
		layers: 1,
		layerSize: 210,
		platform: { os: "unknown", architecture: "unknown" },
	});
}

export interface IndexChild {
	readonly content: Content;
	readonly platform?: { readonly os: string; readonly architecture: string };
	readonly annotations?: Readonly<Record<string, string>>;
}

/** An index (or Docker manifest list) over the children. */
export function index(
	children: readonly IndexChild[],
	options: {
		readonly docker?: boolean;
		readonly untyped?: boolean;
		readonly extra?: Record<string, unknown>;
	} = {},
): Content {
	const { docker = false, untyped = false, extra = {} } = options;
	const manifests = new Map<string, ManifestContent>();
	const blobs = new Map<string, Buffer>();
	const descriptors = children.map(({ content, platform, annotations }) => {
		for (const [digest, manifest] of content.manifests)
			manifests.set(digest, manifest);
		for (const [digest, blob] of content.blobs) blobs.set(digest, blob);
		const own = content.manifests.get(content.root);
		if (!own) throw new Error("content without its root");
		return {
			mediaType: own.mediaType,
			digest: content.root,
			size: own.bytes.length,
			...(platform && { platform }),
			...(annotations && { annotations }),
		};
	});
	const body = manifestOf(
		{ manifests: descriptors, ...extra },
		docker ? MEDIA.dockerList : MEDIA.ociIndex,
		untyped,
	);
	const root = sha256(body.bytes);
	manifests.set(root, body);
	return { root, manifests, blobs };
}

export interface MultiArchOptions extends Omit<ImageOptions, "platform"> {
	/** @default ["amd64", "arm64"] */
	readonly architectures?: readonly string[];
	/** One attestation manifest a platform, as buildx pushes. @default true */
	readonly attestations?: boolean;
}

/** What buildx pushes: an index over one image a platform and their attestations. */
export function multiArch(
	seed: string,
	options: MultiArchOptions = {},
): Content {
	const {
		architectures = ["amd64", "arm64"],
		attestations = !options.docker,
		...rest
	} = options;
	const { docker = false, untyped = false } = options;
	const children: IndexChild[] = architectures.map((architecture) => {
		const platform = { os: "linux", architecture };
		return {
			content: image(`${seed}/${architecture}`, {
				...rest,
				untyped: false,
				platform,
			}),
			platform,
		};
	});
	const attested: IndexChild[] = attestations
		? children.map(({ content }) => ({
				content: attestation(seed, content, { tarballs: rest.tarballs }),
				platform: { os: "unknown", architecture: "unknown" },
				annotations: {
					"vnd.docker.reference.type": "attestation-manifest",
					"vnd.docker.reference.digest": content.root,
				},
			}))
		: [];
	return index([...children, ...attested], { docker, untyped });
}
