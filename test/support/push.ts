import {
	type Agent,
	request as httpRequest,
	type IncomingHttpHeaders,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { type Content, sha256 } from "./images";

/** Where to push: the origin and what it takes to be let in. */
export interface PushTarget {
	/** `http://127.0.0.1:5000` or `https://...`. */
	readonly origin: string;
	readonly user?: string;
	readonly password?: string;
	/** PEM of the CA behind an https origin. */
	readonly ca?: string;
	readonly agent?: Agent;
}

export interface Answer {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer;
}

/** One plain HTTP exchange; no redirects, no retries. */
export function send(
	target: PushTarget,
	method: string,
	pathOrUrl: string,
	body?: Buffer | string,
	headers: Record<string, string> = {},
): Promise<Answer> {
	const url = new URL(pathOrUrl, target.origin);
	const authorization =
		target.user === undefined
			? {}
			: {
					authorization: `Basic ${Buffer.from(`${target.user}:${target.password}`).toString("base64")}`,
				};
	const request = url.protocol === "https:" ? httpsRequest : httpRequest;
	return new Promise((resolve, reject) => {
		const sent = request(
			url,
			{
				method,
				headers: {
					...authorization,
					"content-length": String(body ? Buffer.byteLength(body) : 0),
					...headers,
				},
				...(target.agent && { agent: target.agent }),
				...(target.ca && { ca: target.ca }),
			},
			(response) => {
				const chunks: Buffer[] = [];
				response.on("data", (chunk: Buffer) => chunks.push(chunk));
				response.on("error", reject);
				response.on("end", () =>
					resolve({
						status: response.statusCode ?? 0,
						headers: response.headers,
						body: Buffer.concat(chunks),
					}),
				);
			},
		);
		sent.on("error", reject);
		sent.end(body);
	});
}

async function expectStatus(
	answer: Promise<Answer>,
	wanted: number,
	what: string,
): Promise<Answer> {
	const got = await answer;
	if (got.status !== wanted)
		throw new Error(`${what}: got ${got.status} ${got.body}, wanted ${wanted}`);
	return got;
}

/** Uploads a blob, whether or not the registry believes to have it. */
export async function pushBlob(
	target: PushTarget,
	repository: string,
	bytes: Buffer,
): Promise<string> {
	const digest = sha256(bytes);
	const start = await expectStatus(
		send(target, "POST", `/v2/${repository}/blobs/uploads/`),
		202,
		"start upload",
	);
	const location = new URL(String(start.headers.location), target.origin);
	location.searchParams.set("digest", digest);
	await expectStatus(
		send(target, "PUT", location.href, bytes, {
			"content-type": "application/octet-stream",
		}),
		201,
		`upload ${digest}`,
	);
	return digest;
}

/** Pushes a whole graph, blobs first, then manifests children first, then the tags on the root. */
export async function pushContent(
	target: PushTarget,
	repository: string,
	content: Content,
	...tags: string[]
): Promise<string> {
	for (const blob of content.blobs.values())
		await pushBlob(target, repository, blob);
	const put = (reference: string, digest: string) => {
		const manifest = content.manifests.get(digest);
		if (!manifest) throw new Error(`no manifest ${digest}`);
		return expectStatus(
			send(
				target,
				"PUT",
				`/v2/${repository}/manifests/${reference}`,
				manifest.bytes,
				{
					"content-type": manifest.mediaType,
				},
			),
			201,
			`put ${repository}:${reference}`,
		);
	};
	for (const digest of content.manifests.keys()) await put(digest, digest);
	for (const tag of tags) await put(tag, content.root);
	return content.root;
}
