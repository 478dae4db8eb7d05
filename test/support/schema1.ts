import { type Content, seededBytes, sha256 } from "./images";

export const SCHEMA1 =
	"application/vnd.docker.distribution.manifest.v1+prettyjws";

/**
 * A schema1 image as 2.8.2 stores it: the payload without its signatures. Every GET of it is signed afresh, so the
 * body never hashes to its digest.
 */
export function schema1(seed: string): Content {
	const layers = [0, 1].map((i) => seededBytes(`${seed}/layer/${i}`, 648));
	const bytes = Buffer.from(
		JSON.stringify(
			{
				schemaVersion: 1,
				name: seed,
				tag: "v1",
				architecture: "amd64",
				fsLayers: layers.map((layer) => ({ blobSum: sha256(layer) })),
				history: layers.map((_, i) => ({
					v1Compatibility: JSON.stringify({ id: String(i).repeat(64) }),
				})),
			},
			null,
			3,
		),
	);
	const root = sha256(bytes);
	return {
		root,
		manifests: new Map([[root, { bytes, mediaType: SCHEMA1 }]]),
		blobs: new Map(layers.map((layer) => [sha256(layer), layer])),
	};
}
