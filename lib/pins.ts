/** Every image that the library names. Supplied by the owner, nothing is invented; a digest only where one was read. */

/** An image that does not float. */
export interface ImagePin {
	readonly repository: string;
	/** An exact version: never `latest`, never a bare major. */
	readonly tag: string;
	/** `sha256:...`, where one was read from a registry. */
	readonly digest?: string;
}

export const PINS = {
	// renovate: datasource=docker depName=registry
	registry: { repository: "registry", tag: "2.8.3" },
	// renovate: datasource=docker depName=registry
	registryV3: { repository: "registry", tag: "3.1.1" },
	// renovate: datasource=docker depName=nginx
	nginx: { repository: "nginx", tag: "1.28.0-alpine" },
	// renovate: datasource=docker depName=joxit/docker-registry-ui
	registryUi: { repository: "joxit/docker-registry-ui", tag: "2.5.7" },
	// renovate: datasource=docker depName=node
	node: { repository: "node", tag: "24.11.1-alpine" },
	// renovate: datasource=docker depName=hashicorp/vault
	vault: { repository: "hashicorp/vault", tag: "1.18.1" },
	// renovate: datasource=docker depName=alpine
	alpine: { repository: "alpine", tag: "3.20" },
	// renovate: datasource=docker depName=woodpeckerci/plugin-docker-buildx
	pluginDockerBuildx: {
		repository: "woodpeckerci/plugin-docker-buildx",
		tag: "6.1.1",
	},
	// renovate: datasource=docker depName=woodpeckerci/plugin-git
	pluginGit: { repository: "woodpeckerci/plugin-git", tag: "2.9.2" },
} as const satisfies Record<string, ImagePin>;

/** uid and gid of the `node` user of the pinned node image; the guard runs as it everywhere. */
export const NODE_UID = 1000;

/** The image reference of a pin, digest included where there is one. */
export function imageOf(pin: ImagePin): string {
	return assertPinned(
		`${pin.repository}:${pin.tag}${pin.digest ? `@${pin.digest}` : ""}`,
	);
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** A tag with at least major.minor: `2.8.3`, `1.28.0-alpine`, `3.20`; not `2`, `alpine`, `latest`. */
const EXACT_TAG = /^v?\d+\.\d+(\.\d+)*([-+._][0-9A-Za-z._-]+)?$/;
/** The commit that an image was built from, as our own builds tag it (`7cb44d72`). */
const COMMIT_TAG = /^[0-9a-f]{7,40}$/;

/** Whether an image reference is pinned, as `assertPinned` has it. */
export function isPinned(image: string): boolean {
	const [, name = "", tag, digest] =
		/^([^\s@]*?[^\s@:/])(?::([^\s@:/]+))?(?:@(.*))?$/.exec(image) ?? [];
	return (
		name !== "" &&
		(tag !== undefined
			? EXACT_TAG.test(tag) || COMMIT_TAG.test(tag)
			: digest !== undefined) &&
		(digest === undefined || DIGEST.test(digest))
	);
}

/**
 * Returns the image reference if it is pinned: `repository:tag` with an exact version or a commit, with or without a digest, or
 * `repository@digest`. A tag that floats is refused with a digest too: it says something that is not true for long.
 *
 * @throws Error naming the image if it floats: no tag, `latest`, `2`, `alpine`.
 */
export function assertPinned(image: string): string {
	if (!isPinned(image)) {
		throw new Error(
			`image: got ${JSON.stringify(image)}, wanted an exact version tag (2.8.3), a sha256 digest, or both`,
		);
	}
	return image;
}
