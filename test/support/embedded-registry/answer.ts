import type { IncomingMessage, ServerResponse } from "node:http";

/** One request with what the routes need of it. */
export interface Exchange {
	readonly request: IncomingMessage;
	readonly response: ServerResponse;
	readonly url: URL;
	/** Everything after `/v2/<repository>/<kind>/`. */
	readonly reference: string;
	readonly repository: string;
}

/** Sends a whole answer; a HEAD gets the headers alone. */
export function answer(
	response: ServerResponse,
	status: number,
	headers: Record<string, string | number | string[]>,
	body: Buffer | string = "",
): void {
	response.writeHead(status, {
		"docker-distribution-api-version": "registry/2.0",
		"content-length": Buffer.byteLength(body),
		...headers,
	});
	response.end(response.req.method === "HEAD" ? undefined : body);
}

export function answerJson(
	response: ServerResponse,
	body: unknown,
	headers: Record<string, string> = {},
	status = 200,
): void {
	answer(
		response,
		status,
		{ "content-type": "application/json; charset=utf-8", ...headers },
		`${JSON.stringify(body)}\n`,
	);
}

/** The error body of the distribution spec. */
export function answerError(
	response: ServerResponse,
	status: number,
	code: string,
	detail?: unknown,
	headers: Record<string, string> = {},
): void {
	const message = code.toLowerCase().replaceAll("_", " ");
	answerJson(
		response,
		{ errors: [{ code, message, ...(detail !== undefined && { detail }) }] },
		headers,
		status,
	);
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks);
}
