import type { Descriptor } from "./descriptor";
import type { Manifest } from "./manifest";
import {
	isBlobType,
	isImageConfigType,
	isIndexType,
	isNondistributableType,
} from "./media-type";

/**
 * How a successor is fetched: `manifest` and `blob` must be there; `foreign` is a blob that may be absent and whose
 * `urls` are never followed; `subject` is a manifest that may be absent (a weak link).
 */
export type Role = "manifest" | "blob" | "foreign" | "subject";

/** A node that a manifest needs, or names. */
export interface Successor {
	readonly role: Role;
	/** What it is, in the words of findings. */
	readonly kind: "index" | "manifest" | "attestation" | "config" | "layer";
	readonly descriptor: Descriptor;
}

function isAttestation(descriptor: Descriptor): boolean {
	const { platform, annotations } = descriptor;
	return (
		annotations?.["vnd.docker.reference.type"] !== undefined ||
		(platform?.os === "unknown" && platform.architecture === "unknown")
	);
}

function manifestKind(descriptor: Descriptor): Successor["kind"] {
	if (isIndexType(descriptor.mediaType)) return "index";
	return isAttestation(descriptor) ? "attestation" : "manifest";
}

function blob(descriptor: Descriptor, kind: "config" | "layer"): Successor {
	const isForeign =
		kind === "layer" &&
		(isNondistributableType(descriptor.mediaType) ||
			descriptor.urls !== undefined);
	return { role: isForeign ? "foreign" : "blob", kind, descriptor };
}

function child(descriptor: Descriptor): Successor {
	const { mediaType } = descriptor;
	if (!isBlobType(mediaType))
		return { role: "manifest", kind: manifestKind(descriptor), descriptor };
	const isConfig =
		isImageConfigType(mediaType) || mediaType.endsWith("cacheconfig.v0");
	return blob(descriptor, isConfig ? "config" : "layer");
}

function every(manifest: Manifest): Successor[] {
	const { subject } = manifest;
	const weak: Successor[] = subject
		? [{ role: "subject", kind: manifestKind(subject), descriptor: subject }]
		: [];
	if (manifest.form === "index")
		return [...manifest.manifests.map(child), ...weak];
	const layers = manifest.layers.map((layer) => blob(layer, "layer"));
	if (manifest.form === "schema1" || !manifest.config)
		return [...layers, ...weak];
	return [blob(manifest.config, "config"), ...layers, ...weak];
}

/** All that a manifest points at, in its order; what it repeats to the letter comes once. Pure. */
export function successors(manifest: Manifest): readonly Successor[] {
	const all = every(manifest);
	// nearly every manifest names each digest once, and then there is nothing to leave out
	const digests = new Set(all.map(({ descriptor }) => descriptor.digest));
	if (digests.size === all.length) return all;
	const seen = new Set<string>();
	return all.filter(({ role, descriptor }) => {
		const key = `${role} ${descriptor.digest} ${descriptor.size}`;
		return !seen.has(key) && seen.add(key);
	});
}
