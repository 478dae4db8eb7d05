import type { BlobDepth, FetchedManifest, RegistryClient } from "../oci/client";
import type { Descriptor } from "../oci/descriptor";
import { digestOf, knownAlgorithm, matchesDigest } from "../oci/digest";
import { RegistryError } from "../oci/errors";
import { parseManifest } from "../oci/manifest";
import { isIndexType, isSchema1Type } from "../oci/media-type";
import { type Successor, successors } from "../oci/successors";
import type { Fact } from "./graph";
import type { Bad, Unlooked } from "./verdict";

/** A manifest that was looked at, and what it refers to where its bytes can be believed. */
export interface ManifestLook {
	readonly digest: string;
	readonly fact: Fact;
	readonly successors: readonly Successor[];
}

const NONE: readonly Successor[] = [];

/**
 * What an answer that is none says. A 404 and a 500 are about the object until the second look says otherwise; a 502,
 * 503 or 504 is always about the server.
 *
 * @throws the error itself where it is not the registry's
 */
export function factOfError(error: unknown): Bad | Unlooked {
	if (!(error instanceof RegistryError)) throw error;
	const { kind, status, code, message } = error;
	const got = [status, code].filter((part) => part !== undefined).join(" ");
	if (kind === "absent") return { reason: "missing", expected: null, got };
	if (kind === "server-error" && status === 500)
		return { reason: "unreadable", expected: null, got };
	return { unlooked: kind, detail: message };
}

function wrongBytes(
	{ bytes, headerDigest }: FetchedManifest,
	digest: string,
): Bad | undefined {
	if (matchesDigest(bytes, digest) === false)
		return {
			reason: "digest",
			expected: digest,
			got: digestOf(bytes, knownAlgorithm(digest)),
		};
	if (
		headerDigest !== undefined &&
		headerDigest !== digest &&
		matchesDigest(bytes, headerDigest) === false
	)
		return {
			reason: "digest",
			expected: digest,
			got: `${headerDigest} (Docker-Content-Digest)`,
		};
	return undefined;
}

/** Reads a fetched body as what was asked for; `asked` is undefined where a tag was. */
export function readManifest(
	fetched: FetchedManifest,
	asked: string | undefined,
): ManifestLook {
	const { bytes, contentType, headerDigest } = fetched;
	const named =
		headerDigest !== undefined && knownAlgorithm(headerDigest)
			? headerDigest
			: undefined;
	const digest = asked ?? named ?? digestOf(bytes);
	const parsed = parseManifest(bytes, contentType);
	const isSchema1 = parsed.form === "schema1" || isSchema1Type(contentType);
	// schema1 is signed afresh on every read: neither its hash nor its length means anything
	const bad = isSchema1 ? undefined : wrongBytes(fetched, digest);
	const size = isSchema1 ? undefined : bytes.length;
	const isKnown = parsed.form !== "none";
	const mediaType = isKnown ? parsed.mediaType : contentType;
	const isIndex = isKnown ? parsed.form === "index" : isIndexType(contentType);
	const as = (wrong: Bad | undefined): Fact => ({
		is: "manifest",
		mediaType,
		isIndex,
		size,
		bad: wrong,
	});
	if (bad) return { digest, fact: as(bad), successors: NONE };
	if (isKnown)
		return { digest, fact: as(undefined), successors: successors(parsed) };
	const { reason, expected, got } = parsed;
	const fact: Fact =
		reason === "limit"
			? { unlooked: "limit", detail: `${got}, wanted ${expected}` }
			: as({ reason, expected, got });
	return { digest, fact, successors: NONE };
}

/** Fetches a manifest by tag or digest; where there is none the digest of a tag is "". Never throws for the registry. */
export async function lookAtManifest(
	client: RegistryClient,
	repository: string,
	reference: string,
	isTag: boolean,
): Promise<ManifestLook> {
	const asked = isTag ? undefined : reference;
	try {
		return readManifest(
			await client.fetchManifest(repository, reference),
			asked,
		);
	} catch (error) {
		return { digest: asked ?? "", fact: factOfError(error), successors: NONE };
	}
}

/** Reads a blob as deep as asked. Never throws for the registry. */
export async function lookAtBlob(
	client: RegistryClient,
	repository: string,
	descriptor: Descriptor,
	depth: BlobDepth,
): Promise<Fact> {
	try {
		const reading = await client.readBlob(repository, descriptor, depth);
		return { is: "blob", reading, depth };
	} catch (error) {
		return factOfError(error);
	}
}
