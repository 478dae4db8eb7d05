import { X509Certificate } from "node:crypto";
import { BlobReader } from "./blob-reader";
import type {
	BlobDepth,
	BlobReading,
	ClientOptions,
	ClientStats,
	FetchedManifest,
	RegistryClient,
} from "./client";
import { type Descriptor, parseDescriptor } from "./descriptor";
import { digestOf, isDigest } from "./digest";
import { RegistryError } from "./errors";
import { isHtml } from "./http/failure";
import { Requester } from "./http/requester";
import { ACCEPT_MANIFESTS, bareMediaType, OCI_INDEX } from "./media-type";
import { listPages, parseJson } from "./pages";
import { ParseError, shown } from "./parse-error";
import { isRepository, isTag } from "./reference";

const MAX_MANIFEST = 4 * 1024 * 1024;
/** 2.8.2 takes 1000 at most; tag lists it does not page at all, and 3.x sorts all tags for each page. */
const CATALOG_SIZES = [1000, 500, 100, 50, 10, undefined];
const DEFAULT_CONCURRENCY = 8;
const DEFAULT_IDLE_TIMEOUT = 30_000;

function parseOrigin(origin: string): URL {
	const url = URL.canParse(origin) ? new URL(origin) : undefined;
	const isOrigin =
		url !== undefined &&
		(url.protocol === "https:" || url.protocol === "http:") &&
		url.username === "" &&
		url.password === "" &&
		url.pathname === "/" &&
		url.search === "" &&
		url.hash === "";
	// not shown: it may hold a password
	if (!isOrigin)
		throw new Error(
			"origin: got no origin, wanted https://host[:port] or http://host[:port] and nothing else",
		);
	return url;
}

function validCa(ca: string | undefined): string | undefined {
	if (ca === undefined) return;
	const certificates =
		ca.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ??
		[];
	try {
		for (const each of certificates) new X509Certificate(each);
	} catch {
		certificates.length = 0;
	}
	if (certificates.length === 0)
		throw new Error(
			`ca: got ${ca.length} characters without a readable certificate, wanted a PEM bundle`,
		);
	return certificates.join("\n");
}

/** The client over HTTP; what each method means stands at `RegistryClient`. */
export class HttpClient implements RegistryClient {
	readonly origin: string;
	readonly stats: ClientStats;
	private readonly requester: Requester;
	private readonly blobs: BlobReader;
	private manifestBytes = 0;

	constructor(options: ClientOptions) {
		const { concurrency = DEFAULT_CONCURRENCY, realmHosts = [] } = options;
		if (!Number.isInteger(concurrency) || concurrency < 1)
			throw new Error(
				`concurrency: got ${concurrency}, wanted a whole number from 1`,
			);
		const origin = parseOrigin(options.origin);
		this.origin = origin.origin;
		this.requester = new Requester({
			origin,
			credentials: options.credentials,
			ca: validCa(options.ca),
			realmHosts,
			concurrency,
			deadline: options.deadline,
			idleTimeout: options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT,
			userAgent: options.userAgent ?? "cdktf-registry-guard",
		});
		this.blobs = new BlobReader(this.requester);
		const { requester, blobs } = this;
		const manifestBytes = () => this.manifestBytes;
		this.stats = {
			get requests() {
				return requester.transport.requests;
			},
			get throttled() {
				return requester.throttled;
			},
			get bytes() {
				return manifestBytes() + blobs.bytes;
			},
			get tlsNotAfter() {
				return requester.transport.tlsNotAfter;
			},
		};
	}

	async ping(): Promise<{ readonly challenged: boolean }> {
		return { challenged: await this.requester.ping() };
	}

	async assertHealthy(): Promise<void> {
		await this.requester.root("", [200]);
	}

	listRepositories(): AsyncIterable<readonly string[]> {
		return listPages(
			this.requester,
			"/v2/_catalog",
			"registry:catalog:*",
			"repositories",
			CATALOG_SIZES,
		);
	}

	async *listTags(repository: string): AsyncIterable<readonly string[]> {
		const { path, scope } = this.place(repository, "tags/list");
		try {
			yield* listPages(this.requester, path, scope, "tags", [undefined]);
		} catch (error) {
			// a repository that has no tags yet, as an interrupted push leaves it
			const isEmpty =
				error instanceof RegistryError && error.code === "NAME_UNKNOWN";
			if (!isEmpty) throw error;
		}
	}

	async resolveTag(
		repository: string,
		tag: string,
	): Promise<string | undefined> {
		const { path, scope } = this.place(repository, "manifests", tag);
		const { status, headers } = await this.requester.request({
			method: "HEAD",
			path,
			scope,
			work: "manifest",
			headers: { accept: ACCEPT_MANIFESTS },
			accept: [200, 404, 405],
		});
		if (status === 404) return;
		const digest = headers["docker-content-digest"];
		if (status === 200 && isDigest(digest)) return digest;
		// the header is optional (distribution spec 1.1, "Pulling manifests"): then the bytes say it
		try {
			const { bytes, headerDigest } = await this.fetchManifest(repository, tag);
			return headerDigest ?? digestOf(bytes);
		} catch (error) {
			if (error instanceof RegistryError && error.kind === "absent") return;
			throw error;
		}
	}

	async fetchManifest(
		repository: string,
		reference: string,
	): Promise<FetchedManifest> {
		const { path, scope } = this.place(repository, "manifests", reference);
		const { headers, body, what, status } = await this.requester.request({
			method: "GET",
			path,
			scope,
			work: "manifest",
			headers: { accept: ACCEPT_MANIFESTS },
			accept: [200],
			limit: MAX_MANIFEST,
		});
		if (isHtml(headers, body))
			throw new RegistryError("protocol", `${what}: got an HTML page`, {
				status,
			});
		this.manifestBytes += body.length;
		const digest = headers["docker-content-digest"];
		return {
			bytes: body,
			contentType: bareMediaType(headers["content-type"]),
			headerDigest: isDigest(digest) ? digest : undefined,
		};
	}

	async readBlob(
		repository: string,
		descriptor: Descriptor,
		depth: BlobDepth,
	): Promise<BlobReading> {
		const { path, scope } = this.place(repository, "blobs", descriptor.digest);
		return this.blobs.read(path, scope, descriptor, depth);
	}

	async listReferrers(
		repository: string,
		digest: string,
	): Promise<readonly Descriptor[]> {
		const { path, scope } = this.place(repository, "referrers", digest);
		const answer = await this.requester.request({
			method: "GET",
			path,
			scope,
			work: "list",
			headers: { accept: OCI_INDEX },
			accept: [200, 404],
			limit: MAX_MANIFEST,
		});
		if (answer.status === 404) return [];
		const { manifests } = parseJson(answer);
		try {
			return (Array.isArray(manifests) ? manifests : []).map((each, i) =>
				parseDescriptor(each, `manifests[${i}]`),
			);
		} catch (error) {
			if (!(error instanceof ParseError)) throw error;
			throw new RegistryError("protocol", `${answer.what}: ${error.message}`);
		}
	}

	close(): void {
		this.requester.close();
	}

	/** Path and scope; names come from the registry itself and must not lead out of its API. */
	private place(
		repository: string,
		...rest: readonly string[]
	): { readonly path: string; readonly scope: string } {
		const reference = rest[1];
		const isGood =
			isRepository(repository) &&
			(reference === undefined || isTag(reference) || isDigest(reference));
		if (!isGood)
			throw new RegistryError(
				"protocol",
				`${this.origin}: got ${shown(reference === undefined ? repository : `${repository} ${reference}`)}, wanted a repository, tag or digest by the distribution spec's grammar`,
			);
		return {
			path: `/v2/${repository}/${rest.join("/")}`,
			scope: `repository:${repository}:pull`,
		};
	}
}
