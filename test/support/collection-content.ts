import { type Content, image, multiArch } from "./images";

const shared = { sharedLayers: ["app/base"] };
/** Tagged images: multi-arch ones that share layers, one of Docker's types, a single one. */
export const IMAGES: readonly (readonly [string, string, Content])[] = [
	["app", "v1", multiArch("app:v1", shared)],
	["app", "v2", multiArch("app:v2", shared)],
	["infra/ci", "latest", multiArch("infra/ci", { docker: true })],
	["single", "v1", image("single")],
];
/** Kept by their digests alone: a referrer of a tagged image, and an image that is pulled by digest. */
const SUBJECT = IMAGES[3]?.[2] as Content;
export const REFERRER = image("single/signature", {
	extra: {
		artifactType: "application/vnd.dev.cosign.artifact.sig.v1+json",
		subject: {
			mediaType: SUBJECT.manifests.get(SUBJECT.root)?.mediaType,
			digest: SUBJECT.root,
			size: SUBJECT.manifests.get(SUBJECT.root)?.bytes.length,
		},
	},
});
export const BY_DIGEST = image("by-digest");

/** All that has to stay, as people pull it. */
export const WANTED = [
	...IMAGES.map(([repository, tag]) => `${repository}:${tag}`),
	`single@${REFERRER.root}`,
	`single@${BY_DIGEST.root}`,
];
