import { attestation, image, index } from "../test/support/images";
import type { Storage } from "../test/support/storage";
import { makeBelieveName, type Repository } from "./population";

const TAGS = 10;
const PLATFORMS = ["amd64", "arm64"] as const;

/** Files under `docker/registry/v2` of a store of so many repositories. */
export function filesOf(repositories: number): number {
	const perTag = { blobs: 4 + 6, revisions: 4, layerLinks: 6, tagLinks: 2 };
	const { blobs, revisions, layerLinks, tagLinks } = perTag;
	const perRepository =
		TAGS * (blobs + revisions + layerLinks + tagLinks) + 2 + 4;
	return repositories * perRepository + 2;
}

/** Ten tags; each an index over two platforms and an attestation, two base layers of the repository and two of everybody. */
function repositoryOf(number: number): Repository {
	const name = makeBelieveName(number);
	const sharedLayers = ["everybody/0", "everybody/1", `${name}/0`, `${name}/1`];
	const contents = Array.from({ length: TAGS }, (_, tag) => {
		const seed = `${name}/v${tag}`;
		const images = PLATFORMS.map((architecture) => {
			const platform = { os: "linux", architecture };
			const options = { platform, sharedLayers, layers: 1 };
			return { content: image(`${seed}/${architecture}`, options), platform };
		});
		const [first] = images;
		if (!first) throw new Error("an index of nothing");
		const platform = { os: "unknown", architecture: "unknown" };
		const attested = { content: attestation(seed, first.content), platform };
		return index([...images, attested]);
	});
	const tags = new Map(contents.map(({ root }, tag) => [`v${tag}`, root]));
	return { name, tags, contents };
}

/** Writes a store of multi-arch images to where pushes would have put them. */
export function writeLargeStore(storage: Storage, repositories: number): void {
	for (let number = 0; number < repositories; number++) {
		const { name, tags, contents } = repositoryOf(number);
		for (const [at, [tag, root]] of [...tags].entries()) {
			const content = contents[at];
			if (!content) throw new Error("a tag of nothing");
			storage.put(name, content, tag);
			const history = `index/${root.replace(":", "/")}`;
			storage.write(
				storage.tagLink(name, tag).replace("current", history),
				root,
			);
		}
	}
}
