import type { Descriptor } from "./descriptor";
import { HttpClient } from "./http-client";

/** How deep a blob is read; the same words as PROBE_MODE. */
export type BlobDepth = "head" | "tail" | "full";

export interface Credentials {
	readonly user: string;
	readonly password: string;
}

export interface ClientOptions {
	/** Origin, `https://host[:port]` or `http://host[:port]`. */
	readonly origin: string;
	readonly credentials?: Credentials;
	/** PEM of a private CA, added to Node's built-in roots. */
	readonly ca?: string;
	/** Hosts (`host[:port]`) besides the registry's own that may be sent credentials for a token. */
	readonly realmHosts?: readonly string[];
	/** Ceiling of the adaptive number of requests under way. @default 8 */
	readonly concurrency?: number;
	/** Milliseconds since the epoch after which every request fails with kind `deadline`. */
	readonly deadline: number;
	/** Milliseconds without a byte until a request fails. @default 30000 */
	readonly idleTimeout?: number;
	readonly userAgent?: string;
}

/** A manifest as the registry sent it: nothing about it is believed yet. */
export interface FetchedManifest {
	readonly bytes: Buffer;
	/** Content-Type without parameters, lower case; "" where none was sent. */
	readonly contentType: string;
	/** Docker-Content-Digest, where a well-formed one was sent. */
	readonly headerDigest: string | undefined;
}

/** What reading a blob showed; the walk judges it against the descriptor. */
export interface BlobReading {
	/** Total size the registry claims (Content-Length, or the total of Content-Range). */
	readonly claimedSize: number | undefined;
	/** Bytes of the body that really arrived. */
	readonly bytesRead: number;
	/** The connection was cut before the body that the headers promised had arrived. */
	readonly cut: boolean;
	/** Digest of all bytes with the descriptor's algorithm, where all of them were read. */
	readonly digest: string | undefined;
	/** A Range request was answered 200: only part of the proof (see `weakReads`). */
	readonly weak: boolean;
}

/** Counters of a client; they only ever rise. */
export interface ClientStats {
	readonly requests: number;
	readonly throttled: number;
	/** Bytes of blobs and manifests read and hashed. */
	readonly bytes: number;
	/** End of the certificate that the registry itself showed, milliseconds since the epoch. */
	readonly tlsNotAfter: number | undefined;
}

/**
 * The registry's HTTP API (OCI distribution spec 1.1), with authentication, redirects, retries, limits and the
 * deadline behind it. Every method throws a `RegistryError` where the registry failed us.
 */
export interface RegistryClient {
	readonly origin: string;
	readonly stats: ClientStats;
	/** `GET /v2/` without credentials. `challenged`: it answered 401 with a challenge that we understand. */
	ping(): Promise<{ readonly challenged: boolean }>;
	/** `GET /v2/` as the walk asks: throws unless it is healthy; used around a 404 before it counts. */
	assertHealthy(): Promise<void>;
	/** Repository names, page by page; a name may come twice. */
	listRepositories(): AsyncIterable<readonly string[]>;
	/** Tags of a repository, page by page; none for `tags: null` and for 404 NAME_UNKNOWN. */
	listTags(repository: string): AsyncIterable<readonly string[]>;
	/** Digest a tag points at now (HEAD), undefined where it answers 404. */
	resolveTag(repository: string, tag: string): Promise<string | undefined>;
	/** `reference` is a tag or a digest; the body is capped at 4 MiB (kind `limit`). */
	fetchManifest(
		repository: string,
		reference: string,
	): Promise<FetchedManifest>;
	/** Reads a blob as deep as asked. */
	readBlob(
		repository: string,
		descriptor: Descriptor,
		depth: BlobDepth,
	): Promise<BlobReading>;
	/** Descriptors of the manifests that refer to a digest; none where the API answers 404. */
	listReferrers(
		repository: string,
		digest: string,
	): Promise<readonly Descriptor[]>;
	/** Closes the kept connections. */
	close(): void;
}

/**
 * A client of one registry; nothing is sent yet.
 *
 * @throws Error where the origin, the CA or the concurrency is not what it should be.
 */
export function createClient(options: ClientOptions): RegistryClient {
	return new HttpClient(options);
}
