import type { IncomingHttpHeaders } from "node:http";
import type { BlobDepth, BlobReading } from "./client";
import type { Descriptor } from "./descriptor";
import { startDigest } from "./digest";
import { RegistryError } from "./errors";
import { isHtml } from "./http/failure";
import type { Answer } from "./http/follow";
import type { Requester } from "./http/requester";
import type { Sink } from "./http/transport";

/** A blob whose last byte is not served by range is read whole up to this size, else to its first byte. */
const WEAK_WHOLE = 1024 * 1024;

function lengthOf(headers: IncomingHttpHeaders): number | undefined {
	const text = headers["content-length"] ?? "";
	return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The total of a Content-Range (`bytes 9-9/10`, `bytes 0--1/0` from Go for an empty file, `bytes *` + `/0`). */
function totalOf(headers: IncomingHttpHeaders): number | undefined {
	const [, total] =
		/^bytes\s+[\d*-]{1,40}\/(\d{1,15})$/i.exec(
			headers["content-range"] ?? "",
		) ?? [];
	return total === undefined ? undefined : Number(total);
}

/** Counts the bytes of a body, hashes them where all of them are to come, and ends it where enough was seen. */
class BlobSink implements Sink {
	bytes = 0;
	private readonly hash: ReturnType<typeof startDigest>;
	private readonly enough: number;

	constructor(descriptor: Descriptor, isHashed: boolean, enough: number) {
		this.hash = isHashed ? startDigest(descriptor.digest) : undefined;
		this.enough = enough;
	}

	push(chunk: Buffer): boolean {
		this.bytes += chunk.length;
		this.hash?.update(chunk);
		return this.bytes < this.enough;
	}

	digest(): string | undefined {
		return this.hash?.end();
	}
}

/** A page for people (a login, a maintenance notice) is no blob: something between answers instead of the registry. */
function refusePage(
	{ headers, body, what, status }: Answer,
	{ mediaType }: Descriptor,
): void {
	if (isHtml(headers, body) && !mediaType.includes("html"))
		throw new RegistryError("protocol", `${what}: got an HTML page`, {
			status,
		});
}

/** Reads blobs as deep as asked; what is seen is reported, not judged. */
export class BlobReader {
	/** Bytes hashed. */
	bytes = 0;
	private readonly requester: Requester;

	constructor(requester: Requester) {
		this.requester = requester;
	}

	/**
	 * @param path Of the blob.
	 * @throws RegistryError; `absent` for a 404, `protocol` for an HTML page.
	 */
	async read(
		path: string,
		scope: string,
		descriptor: Descriptor,
		depth: BlobDepth,
	): Promise<BlobReading> {
		if (depth === "head") return this.head(path, scope, descriptor);
		// the last byte of nothing: all of it is as cheap
		const isTail = depth === "tail" && descriptor.size !== 0;
		const reading = await this.body(path, scope, descriptor, isTail);
		// what was cut once may be the network; what is cut twice is the blob
		return reading.cut ? this.body(path, scope, descriptor, isTail) : reading;
	}

	private async head(
		path: string,
		scope: string,
		descriptor: Descriptor,
	): Promise<BlobReading> {
		const answer = await this.requester.request({
			method: "HEAD",
			path,
			scope,
			work: "blob",
			accept: [200],
		});
		refusePage(answer, descriptor);
		return {
			claimedSize: lengthOf(answer.headers),
			bytesRead: 0,
			cut: false,
			digest: undefined,
			weak: false,
		};
	}

	private async body(
		path: string,
		scope: string,
		descriptor: Descriptor,
		isTail: boolean,
	): Promise<BlobReading> {
		let sink: BlobSink | undefined;
		const answer = await this.requester.request({
			method: "GET",
			path,
			scope,
			work: "blob",
			accept: isTail ? [200, 206, 416] : [200],
			...(isTail && { headers: { range: "bytes=-1" } }),
			keepCut: true,
			sink: (status, headers) => {
				sink = this.sinkFor(descriptor, isTail, status, headers);
				return sink;
			},
		});
		refusePage(answer, descriptor);
		return this.reading(answer, sink, isTail);
	}

	private sinkFor(
		descriptor: Descriptor,
		isTail: boolean,
		status: number,
		headers: IncomingHttpHeaders,
	): BlobSink {
		const { size } = descriptor;
		if (status === 206) return new BlobSink(descriptor, false, WEAK_WHOLE);
		const unbounded = Number.POSITIVE_INFINITY;
		if (!isTail) return new BlobSink(descriptor, true, (size ?? unbounded) + 1);
		const length = lengthOf(headers) ?? size ?? unbounded;
		const isSmall = Math.max(length, size ?? 0) <= WEAK_WHOLE;
		return new BlobSink(descriptor, isSmall, isSmall ? WEAK_WHOLE + 1 : 1);
	}

	private reading(
		{ status, headers, end }: Answer,
		sink: BlobSink | undefined,
		isTail: boolean,
	): BlobReading {
		const bytesRead = sink?.bytes ?? 0;
		const digest = end === "complete" ? sink?.digest() : undefined;
		if (digest !== undefined) this.bytes += bytesRead;
		const isRange = status !== 200;
		return {
			// a range that cannot be satisfied at the very end: there is nothing
			claimedSize: isRange
				? (totalOf(headers) ?? (status === 416 ? 0 : undefined))
				: lengthOf(headers),
			bytesRead,
			cut: end === "cut",
			digest,
			weak: isTail && !isRange,
		};
	}
}
