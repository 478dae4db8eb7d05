import type {
	BlobDepth,
	BlobReading,
	RegistryClient,
} from "../../lib/oci/client";
import type { Descriptor } from "../../lib/oci/descriptor";
import { RegistryError } from "../../lib/oci/errors";
import type { Store } from "./embedded-registry/store";
import { MEDIA, sha256 } from "./images";

/** A call of the client as a test may meddle with it. */
export interface StoreCall {
	readonly method: keyof RegistryClient;
	readonly repository: string;
	/** Tag or digest; "" where there is none. */
	readonly reference: string;
	/** How many calls came before. */
	readonly nth: number;
}

/**
 * A client that reads a store without a registry in between: answers as 2.8.2 does, at once and with no retries. For
 * tests of what happens in between calls, and for those with thousands of them.
 */
export class StoreClient implements RegistryClient {
	readonly origin = "https://registry.example.com";
	readonly calls: StoreCall[] = [];
	readonly stats = {
		requests: 0,
		throttled: 0,
		bytes: 0,
		tlsNotAfter: undefined,
	};
	readonly #store: Store;
	/** Runs before each call is answered; may change the store, wait, or throw what the call is to fail with. */
	before: (call: StoreCall) => unknown = () => {};
	/** Calls under way, at most. */
	mostAtOnce = 0;
	#atOnce = 0;

	constructor(store: Store) {
		this.#store = store;
	}

	async ping() {
		await this.#call("ping");
		return { challenged: false };
	}

	async assertHealthy() {
		await this.#call("assertHealthy");
	}

	async *listRepositories() {
		await this.#call("listRepositories");
		const names = [...this.#store.repositories.keys()];
		for (let at = 0; at < names.length; at += 100) {
			// a page repeats the last name of the one before
			yield names.slice(Math.max(0, at - 1), at + 100);
		}
	}

	async *listTags(repository: string) {
		await this.#call("listTags", repository);
		yield [...(this.#store.repositories.get(repository)?.tags.keys() ?? [])];
	}

	async resolveTag(repository: string, tag: string) {
		await this.#call("resolveTag", repository, tag);
		try {
			return this.#manifest(repository, tag).headerDigest;
		} catch (error) {
			if (error instanceof RegistryError && error.kind === "absent") return;
			throw error;
		}
	}

	async fetchManifest(repository: string, reference: string) {
		await this.#call("fetchManifest", repository, reference);
		return this.#manifest(repository, reference);
	}

	async readBlob(
		repository: string,
		{ digest }: Descriptor,
		depth: BlobDepth,
	): Promise<BlobReading> {
		await this.#call("readBlob", repository, digest);
		const claimedSize = this.#store.sizeOf(repository, digest);
		if (claimedSize === undefined) throw absent("BLOB_UNKNOWN");
		const bytes = this.#store.blobs.get(digest) ?? Buffer.alloc(0);
		const isWhole = bytes.length === claimedSize;
		if (depth === "full")
			return {
				claimedSize,
				bytesRead: bytes.length,
				cut: !isWhole,
				digest: isWhole ? sha256(bytes) : undefined,
				weak: false,
			};
		const hasByte = depth === "tail" && isWhole && claimedSize > 0;
		return {
			claimedSize,
			bytesRead: hasByte ? 1 : 0,
			cut: depth === "tail" && !isWhole,
			digest: undefined,
			weak: false,
		};
	}

	async listReferrers(repository: string, digest: string) {
		await this.#call("listReferrers", repository, digest);
		const found: Descriptor[] = [];
		for (const revision of this.#store.repositories
			.get(repository)
			?.revisions.keys() ?? []) {
			const bytes = this.#store.blobs.get(revision);
			if (!bytes || JSON.parse(String(bytes)).subject?.digest !== digest)
				continue;
			found.push({
				mediaType: MEDIA.ociManifest,
				digest: revision,
				size: bytes.length,
			});
		}
		return found;
	}

	close() {}

	#manifest(repository: string, reference: string) {
		const { tags, revisions } = this.#store.repository(repository);
		const digest = reference.includes(":") ? reference : tags.get(reference);
		if (digest === undefined) throw absent("MANIFEST_UNKNOWN");
		const link = digest === "" ? "" : revisions.get(digest);
		if (link === "") throw broken();
		const bytes = this.#store.blobs.get(digest);
		if (link === undefined || !bytes) throw absent("MANIFEST_UNKNOWN");
		let body: { mediaType?: string; manifests?: unknown };
		try {
			body = JSON.parse(String(bytes));
		} catch {
			throw broken();
		}
		const { mediaType, manifests } = body;
		const contentType =
			mediaType ?? (manifests ? MEDIA.ociIndex : MEDIA.ociManifest);
		return { bytes, contentType, headerDigest: digest };
	}

	async #call(
		method: keyof RegistryClient,
		repository = "",
		reference = "",
	): Promise<void> {
		const call = { method, repository, reference, nth: this.calls.length };
		this.calls.push(call);
		this.stats.requests++;
		this.#atOnce++;
		this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
		try {
			await this.before(call);
		} finally {
			this.#atOnce--;
		}
	}
}

function absent(code: string): RegistryError {
	return new RegistryError("absent", `404 ${code}`, { status: 404, code });
}

function broken(): RegistryError {
	return new RegistryError("server-error", "500 UNKNOWN", {
		status: 500,
		code: "UNKNOWN",
	});
}
