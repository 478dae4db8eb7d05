import {
	asRecord,
	type Descriptor,
	parseDescriptor,
	parseMediaTypeField,
} from "./descriptor";
import { isDigest } from "./digest";
import {
	bareMediaType,
	isImageConfigType,
	isImageType,
	isIndexType,
	isSchema1Type,
	OCI_INDEX,
	OCI_MANIFEST,
	SCHEMA1_SIGNED,
} from "./media-type";
import { ParseError, shown } from "./parse-error";

interface Typed {
	/** What the body is: its own mediaType, else Content-Type, else what its shape says. */
	readonly mediaType: string;
	/** "" where there is none. */
	readonly artifactType: string;
	readonly subject: Descriptor | undefined;
}

/** An OCI index or a Docker manifest list. */
export interface IndexManifest extends Typed {
	readonly form: "index";
	readonly manifests: readonly Descriptor[];
}

/** A manifest whose config is an image's. */
export interface ImageManifest extends Typed {
	readonly form: "image";
	readonly config: Descriptor;
	readonly layers: readonly Descriptor[];
}

/** A manifest that carries something else; the config is not an image's. */
export interface ArtifactManifest extends Typed {
	readonly form: "artifact";
	/** Undefined only for OCI's withdrawn artifact manifest, which has `blobs` alone. */
	readonly config: Descriptor | undefined;
	readonly layers: readonly Descriptor[];
}

/** Docker schema1: its layers have no size, and its bytes never hash to its digest. */
export interface Schema1Manifest extends Typed {
	readonly form: "schema1";
	readonly layers: readonly Descriptor[];
}

export type Manifest =
	| IndexManifest
	| ImageManifest
	| ArtifactManifest
	| Schema1Manifest;

/** Why a body is no manifest: `limit` says that we would not look, the others that it is wrong. */
export interface NoManifest {
	readonly form: "none";
	readonly reason: "invalid" | "media-type" | "limit";
	readonly expected: string;
	readonly got: string;
}

/** Children, layers or fsLayers of one manifest; a body of 4 MiB could hold 150,000. */
const MAX_DESCRIPTORS = 100_000;

/** What a header says when it says nothing about the type. */
const SILENT_TYPES = new Set(["", "application/octet-stream", "text/plain"]);

class TooMany extends Error {}

function descriptors(value: unknown, where: string): Descriptor[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value))
		throw new ParseError(`${where}: got ${shown(value)}, wanted a list`);
	if (value.length > MAX_DESCRIPTORS)
		throw new TooMany(`${value.length} ${where}`);
	return value.map((each, i) => parseDescriptor(each, `${where}[${i}]`));
}

function schema1Layers(value: unknown): Descriptor[] {
	if (!Array.isArray(value))
		throw new ParseError(`fsLayers: got ${shown(value)}, wanted a list`);
	if (value.length > MAX_DESCRIPTORS)
		throw new TooMany(`${value.length} fsLayers`);
	return value.map((each, i) => {
		const digest = asRecord(each)?.blobSum;
		if (!isDigest(digest))
			throw new ParseError(
				`fsLayers[${i}].blobSum: got ${shown(digest)}, wanted a digest`,
			);
		return { mediaType: "", digest, size: undefined };
	});
}

function none(
	reason: NoManifest["reason"],
	expected: string,
	got: string,
): NoManifest {
	return { form: "none", reason, expected, got };
}

function objectIn(bytes: Buffer): Record<string, unknown> {
	let body: unknown;
	try {
		body = JSON.parse(bytes.toString());
	} catch {
		throw new ParseError("got no JSON, wanted a manifest");
	}
	const record = asRecord(body);
	if (!record) throw new ParseError("got no object, wanted a manifest");
	return record;
}

type Shape = "index" | "image" | "blobs" | "schema1" | undefined;

function shapeOf(body: Record<string, unknown>): Shape {
	const { manifests, config, layers, fsLayers, blobs, schemaVersion } = body;
	const hasImage = asRecord(config) !== undefined || Array.isArray(layers);
	if (Array.isArray(manifests) && hasImage)
		// one body, two readings: clients disagree about what it is (CVE-2021-41190)
		throw new ParseError("got both manifests and layers, wanted one of them");
	if (hasImage) return "image";
	// Go writes an empty list as null
	if (manifests !== undefined) return "index";
	if (schemaVersion === 1 || Array.isArray(fsLayers)) return "schema1";
	return Array.isArray(blobs) ? "blobs" : undefined;
}

function shapeOfType(type: string): Shape {
	if (isIndexType(type)) return "index";
	if (isImageType(type)) return "image";
	return isSchema1Type(type) ? "schema1" : undefined;
}

const DEFAULT_TYPE = {
	index: OCI_INDEX,
	image: OCI_MANIFEST,
	schema1: SCHEMA1_SIGNED,
	blobs: "application/vnd.oci.artifact.manifest.v1+json",
} as const;

function typed(
	body: Record<string, unknown>,
	shape: Exclude<Shape, undefined>,
	mediaType: string,
): Manifest {
	const artifactType = parseMediaTypeField(body.artifactType, "artifactType");
	const { subject: weak } = body;
	const subject =
		weak === undefined || weak === null
			? undefined
			: parseDescriptor(weak, "subject");
	const common = { mediaType, artifactType, subject };
	if (shape === "index")
		return {
			form: "index",
			...common,
			manifests: descriptors(body.manifests, "manifests"),
		};
	if (shape === "schema1")
		return { form: "schema1", ...common, layers: schema1Layers(body.fsLayers) };
	if (shape === "blobs") {
		const layers = descriptors(body.blobs, "blobs");
		return { form: "artifact", ...common, config: undefined, layers };
	}
	const config = parseDescriptor(body.config, "config");
	const layers = descriptors(body.layers, "layers");
	const isImage = artifactType === "" && isImageConfigType(config.mediaType);
	return { form: isImage ? "image" : "artifact", ...common, config, layers };
}

/**
 * What a manifest's body is. Its own `mediaType` decides, else Content-Type, else its shape (`mediaType` is optional
 * in OCI). Header and body that disagree are `media-type`; never throws.
 *
 * @param contentType As sent, parameters and case do not matter; "" where none was sent.
 */
export function parseManifest(
	bytes: Buffer,
	contentType: string,
): Manifest | NoManifest {
	const header = bareMediaType(contentType);
	try {
		const body = objectIn(bytes);
		const own = parseMediaTypeField(body.mediaType, "mediaType").toLowerCase();
		const said = SILENT_TYPES.has(header) ? "" : header;
		if (own !== "" && said !== "" && own !== said && !isSigned(own, said))
			return none("media-type", own, said);
		const shape = shapeOf(body);
		const declared = own || said;
		const wanted = shapeOfType(declared);
		if (own === "" && wanted && shape && wanted !== shape)
			return none("media-type", `${DEFAULT_TYPE[shape]} (its shape)`, said);
		if (!shape || (wanted && wanted !== shape))
			throw new ParseError(
				`got ${shape ? `what looks like ${DEFAULT_TYPE[shape]}` : "no manifests, config or layers"}, wanted ${declared ? shown(declared) : "a manifest"}`,
			);
		return typed(body, shape, own || (wanted ? said : DEFAULT_TYPE[shape]));
	} catch (error) {
		if (error instanceof ParseError)
			return none("invalid", "a manifest", error.message.replace(/^got /, ""));
		if (error instanceof TooMany)
			return none(
				"limit",
				`at most ${MAX_DESCRIPTORS} descriptors`,
				error.message,
			);
		throw error;
	}
}

/** Schema1 is served signed and unsigned under two names: no disagreement. */
function isSigned(own: string, header: string): boolean {
	return isSchema1Type(own) && isSchema1Type(header);
}
