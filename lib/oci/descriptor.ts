import { isDigest, matchesDigest } from "./digest";
import { ParseError, shown } from "./parse-error";

/** A content descriptor (OCI image spec 1.1, descriptor.md), parsed and bounded. */
export interface Descriptor {
	/** "" where the manifest gave none. */
	readonly mediaType: string;
	/** `algorithm:hex`, well-formed; the algorithm may be one that we cannot compute. */
	readonly digest: string;
	/** Bytes; undefined only where the format has none (schema1). */
	readonly size: number | undefined;
	readonly artifactType?: string;
	readonly urls?: readonly string[];
	readonly annotations?: Readonly<Record<string, string>>;
	/** Decoded inline content. */
	readonly data?: Buffer;
	readonly platform?: { readonly os: string; readonly architecture: string };
}

const MAX_TYPE = 255;
/** What a descriptor may carry beyond this is left out: no verdict hangs on it. */
const MAX_ENTRIES = 64;
const MAX_TEXT = 2048;

/** `{}`, the content of the empty descriptor (image spec 1.1, manifest.md). */
const EMPTY_DIGEST =
	"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/** An object that is no array; undefined for all else. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? (value as Record<string, unknown>)
		: undefined;
}

/** A media type field: "" where it is absent. */
export function parseMediaTypeField(value: unknown, where: string): string {
	if (value === undefined || value === null) return "";
	if (typeof value !== "string" || value.length > MAX_TYPE)
		throw new ParseError(
			`${where}: got ${shown(value)}, wanted a media type of at most ${MAX_TYPE} characters`,
		);
	return value;
}

function annotationsOf(value: unknown): Record<string, string> | undefined {
	const record = asRecord(value);
	if (!record) return;
	const kept: [string, string][] = [];
	for (const key in record) {
		const text = record[key];
		if (kept.length === MAX_ENTRIES) break;
		if (typeof text === "string" && key.length + text.length <= MAX_TEXT)
			kept.push([key, text]);
	}
	return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function urlsOf(value: unknown): readonly string[] | undefined {
	if (!Array.isArray(value)) return;
	const urls = value
		.slice(0, MAX_ENTRIES)
		.filter(
			(url): url is string => typeof url === "string" && url.length <= MAX_TEXT,
		);
	return urls.length > 0 ? urls : undefined;
}

function dataOf(value: unknown, where: string): Buffer | undefined {
	if (value === undefined || value === null) return;
	const isBase64 =
		typeof value === "string" &&
		value.length % 4 === 0 &&
		/^[A-Za-z0-9+/]*={0,2}$/.test(value);
	if (!isBase64)
		throw new ParseError(`${where}.data: got ${shown(value)}, wanted base64`);
	return Buffer.from(value, "base64");
}

/**
 * A descriptor from untrusted JSON.
 *
 * @param where How messages call it (`layers[3]`).
 * @throws ParseError where digest, size, mediaType or data are not what the spec says. The rest is dropped where it is odd.
 */
export function parseDescriptor(value: unknown, where: string): Descriptor {
	const record = asRecord(value);
	if (!record)
		throw new ParseError(`${where}: got ${shown(value)}, wanted a descriptor`);
	const { digest, size } = record;
	if (!isDigest(digest))
		throw new ParseError(
			`${where}.digest: got ${shown(digest)}, wanted algorithm:hex`,
		);
	if (!Number.isSafeInteger(size) || (size as number) < 0)
		throw new ParseError(
			`${where}.size: got ${typeof size === "number" ? size : shown(size)}, wanted a number of bytes`,
		);
	const mediaType = parseMediaTypeField(record.mediaType, `${where}.mediaType`);
	const descriptor: { -readonly [K in keyof Descriptor]: Descriptor[K] } = {
		mediaType,
		digest,
		size: size as number,
	};
	const { artifactType } = record;
	if (typeof artifactType === "string" && artifactType.length <= MAX_TYPE)
		descriptor.artifactType = artifactType;
	const urls = urlsOf(record.urls);
	if (urls) descriptor.urls = urls;
	const annotations = annotationsOf(record.annotations);
	if (annotations) descriptor.annotations = annotations;
	const data = dataOf(record.data, where);
	if (data) descriptor.data = data;
	const { os, architecture } = asRecord(record.platform) ?? {};
	if (typeof os === "string" && typeof architecture === "string")
		descriptor.platform = {
			os: os.slice(0, MAX_TYPE),
			architecture: architecture.slice(0, MAX_TYPE),
		};
	return descriptor;
}

/**
 * The descriptor's content is in the manifest itself: nothing has to be fetched. Not so for the empty descriptor,
 * whose blob must exist all the same (image spec 1.1, manifest.md).
 */
export function isInline(descriptor: Descriptor): boolean {
	const { data, digest, size } = descriptor;
	return (
		data !== undefined &&
		digest !== EMPTY_DIGEST &&
		data.length === size &&
		matchesDigest(data, digest) === true
	);
}
