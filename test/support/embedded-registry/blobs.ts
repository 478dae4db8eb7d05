import { randomUUID } from "node:crypto";
import { sha256 } from "../images";
import { answer, answerError, type Exchange, readBody } from "./answer";
import type { Store } from "./store";

/** First and last byte of a single range, as Go's file server reads it; undefined: send it all. */
function rangeOf(
	header: string | undefined,
	size: number,
): { readonly first: number; readonly last: number } | undefined {
	const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
	if (from === "" && to === "") return;
	if (from === "")
		return { first: Math.max(0, size - Number(to)), last: size - 1 };
	const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
	return { first: Number(from), last };
}

export function serveBlob(store: Store, exchange: Exchange) {
	const { request, response, repository, reference } = exchange;
	const size = store.sizeOf(repository, reference);
	if (size === undefined)
		return answerError(response, 404, "BLOB_UNKNOWN", reference);
	const range = rangeOf(request.headers.range, size);
	if (range && size > 0 && range.first >= size)
		return answer(response, 416, { "content-range": `bytes */${size}` });
	const first = range?.first ?? 0;
	const length = range ? range.last - range.first + 1 : size;
	response.writeHead(range ? 206 : 200, {
		"content-type": "application/octet-stream",
		"content-length": length,
		"docker-content-digest": reference,
		etag: `"${reference}"`,
		"accept-ranges": "bytes",
		...(range && { "content-range": `bytes ${first}-${range.last}/${size}` }),
	});
	if (request.method === "HEAD") return void response.end();
	// a remembered size and a file that is gone or short: the headers are right, the body is cut
	const bytes = store.blobs.get(reference)?.subarray(first, first + length);
	if (bytes?.length === length) return void response.end(bytes);
	response.flushHeaders();
	if (bytes?.length) response.write(bytes);
	setImmediate(() => response.destroy());
}

/** Blob uploads: POST, PATCH, PUT; cross-repository mounts. */
export async function acceptUpload(
	store: Store,
	uploads: Map<string, Buffer[]>,
	exchange: Exchange,
) {
	const { request, response, repository, url } = exchange;
	const { layers } = store.repository(repository);
	const created = (digest: string) =>
		answer(response, 201, {
			location: `/v2/${repository}/blobs/${digest}`,
			"docker-content-digest": digest,
		});
	const body = await readBody(request);
	if (request.method === "POST") {
		const mount = url.searchParams.get("mount") ?? "";
		const from = url.searchParams.get("from") ?? "";
		if (store.sizeOf(from, mount) !== undefined) {
			layers.add(mount);
			return created(mount);
		}
		const id = randomUUID();
		uploads.set(id, []);
		return answer(response, 202, {
			location: `/v2/${repository}/blobs/uploads/${id}?_state=embedded`,
			"docker-upload-uuid": id,
			range: "0-0",
		});
	}
	const id = url.pathname.slice(url.pathname.lastIndexOf("/") + 1);
	const parts = uploads.get(id);
	if (!parts) return answerError(response, 404, "BLOB_UPLOAD_UNKNOWN");
	if (body.length > 0) parts.push(body);
	const bytes = Buffer.concat(parts);
	if (request.method === "PATCH")
		return answer(response, 202, {
			location: `/v2/${repository}/blobs/uploads/${id}?_state=embedded`,
			"docker-upload-uuid": id,
			range: `0-${Math.max(0, bytes.length - 1)}`,
		});
	const digest = url.searchParams.get("digest") ?? "";
	if (digest !== sha256(bytes))
		return answerError(response, 400, "DIGEST_INVALID");
	uploads.delete(id);
	store.writeBlob(digest, bytes);
	layers.add(digest);
	store.remember(repository, digest, bytes.length);
	created(digest);
}
