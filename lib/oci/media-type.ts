/** The four manifest types of a living registry; schema1 is history that some registries still hold. */
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const DOCKER_LIST =
	"application/vnd.docker.distribution.manifest.list.v2+json";
export const DOCKER_MANIFEST =
	"application/vnd.docker.distribution.manifest.v2+json";
export const SCHEMA1_SIGNED =
	"application/vnd.docker.distribution.manifest.v1+prettyjws";
export const SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json";

/** Never without these: distribution 2.8.2 answers 404 for an OCI index that Accept does not name. */
export const ACCEPT_MANIFESTS = [
	OCI_INDEX,
	OCI_MANIFEST,
	DOCKER_LIST,
	DOCKER_MANIFEST,
	SCHEMA1_SIGNED,
	SCHEMA1,
].join(", ");

/** A media type without parameters, in lower case; "" where there is none. */
export function bareMediaType(header: string | undefined): string {
	return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

export function isIndexType(type: string): boolean {
	return type === OCI_INDEX || type === DOCKER_LIST;
}

export function isImageType(type: string): boolean {
	return type === OCI_MANIFEST || type === DOCKER_MANIFEST;
}

export function isSchema1Type(type: string): boolean {
	return type === SCHEMA1 || type === SCHEMA1_SIGNED;
}

/** A config that describes an image to run; other types belong to artifacts. */
export function isImageConfigType(type: string): boolean {
	return (
		type === "application/vnd.oci.image.config.v1+json" ||
		type === "application/vnd.docker.container.image.v1+json"
	);
}

/** Layers that a registry need not hold (image spec 1.1, layer.md "Non-Distributable Layers"; Docker's foreign layers). */
export function isNondistributableType(type: string): boolean {
	return (
		type.startsWith("application/vnd.oci.image.layer.nondistributable.") ||
		type.startsWith("application/vnd.docker.image.rootfs.foreign.")
	);
}

/**
 * Types that are blobs even where an index lists them: BuildKit's registry cache (`image-manifest=false`) is an index
 * over layers and one cache config.
 */
export function isBlobType(type: string): boolean {
	return (
		isImageConfigType(type) ||
		type === "application/vnd.buildkit.cacheconfig.v0" ||
		type.startsWith("application/vnd.oci.image.layer.") ||
		type.startsWith("application/vnd.docker.image.rootfs.")
	);
}
