import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { rootCertificates } from "node:tls";
import { errorText } from "./error-text";
import { parseSample, type Sample } from "./exposition";
import { printable } from "./printable";
import { type GroupLabels, groupPath } from "./push-group";

/** The Pushgateway did not do what it was asked; the message is one line for people. */
class PushgatewayError extends Error {
	override readonly name = "PushgatewayError";
}

export interface PushgatewayOptions {
	/** `http(s)://host[:port][/prefix]`, no slash at the end. */
	readonly url: string;
	/** PEM of a private CA, added to Node's built-in roots. */
	readonly ca: string | undefined;
	/** Milliseconds for one exchange. @default 10000 */
	readonly patience?: number;
}

const PATIENCE = 10_000;
/** All groups of all jobs; a Pushgateway of this size is no longer one. */
const MAX_BODY = 64 << 20;
const MAX_LINE = 64 << 10;
const MAX_ANSWER = 4 << 10;

/** The Pushgateway's HTTP API; every method throws a PushgatewayError and none waits for longer than `patience`. */
export class Pushgateway {
	readonly url: string;
	private readonly ca: string | undefined;
	private readonly patience: number;

	constructor({ url, ca, patience = PATIENCE }: PushgatewayOptions) {
		this.url = url;
		this.ca = ca;
		this.patience = patience;
	}

	/** Hands every sample of `GET /metrics` to `take`, without holding more than a line. */
	async read(take: (sample: Sample) => void): Promise<void> {
		await this.exchange("GET", "/metrics", undefined, async (response) => {
			let size = 0;
			let rest = "";
			const takeLine = (line: string) => {
				const sample = parseSample(line);
				if (sample) take(sample);
			};
			response.setEncoding("utf8");
			for await (const chunk of response as AsyncIterable<string>) {
				size += chunk.length;
				const lines = (rest + chunk).split("\n");
				rest = lines.pop() ?? "";
				if (size > MAX_BODY || rest.length > MAX_LINE)
					throw new Error("answer too large");
				for (const line of lines) takeLine(line);
			}
			takeLine(rest);
		});
	}

	/** Replaces the group: families that are not in `text` vanish. */
	put(group: GroupLabels, text: string): Promise<void> {
		return this.exchange("PUT", groupPath(group), text);
	}

	/** Replaces the families of `text`, each with all of its series, and leaves the others as they are. */
	post(group: GroupLabels, text: string): Promise<void> {
		return this.exchange("POST", groupPath(group), text);
	}

	/** Deletes a group; one that is not there counts as deleted. */
	delete(group: GroupLabels): Promise<void> {
		return this.exchange("DELETE", groupPath(group));
	}

	private exchange(
		method: string,
		path: string,
		text?: string,
		consume: (response: IncomingMessage) => Promise<void> = drain,
	): Promise<void> {
		const { url, ca, patience } = this;
		const body = text === undefined ? undefined : Buffer.from(text);
		const send = url.startsWith("https:") ? httpsRequest : httpRequest;
		return new Promise<void>((resolve, reject) => {
			const refuse = (why: string) =>
				reject(
					new PushgatewayError(
						`pushgateway: ${method} ${url}${path}: ${printable(why)}`,
					),
				);
			const signal = AbortSignal.timeout(patience);
			const fail = (error: Error) =>
				refuse(
					signal.aborted
						? `no answer within ${patience / 1000} s`
						: errorText(error),
				);
			send(
				`${url}${path}`,
				{
					method,
					signal,
					agent: false,
					headers: body && {
						"content-type": "text/plain; version=0.0.4; charset=utf-8",
						"content-length": body.length,
					},
					...(ca !== undefined && { ca: [...rootCertificates, ca] }),
				},
				(response) => {
					const { statusCode = 0, headers } = response;
					const isGood = statusCode >= 200 && statusCode < 300;
					// a proxy's page says 200 to everything, and nothing was pushed
					if (isGood && /^text\/html\b/i.test(headers["content-type"] ?? "")) {
						refuse("got an HTML page, wanted a Pushgateway");
						response.destroy();
					} else if (isGood) consume(response).then(resolve, fail);
					else
						firstLine(response).then(
							(line) =>
								refuse(
									`got ${statusCode}${line && ` ${line}`}, wanted ${method === "DELETE" ? 202 : 200}`,
								),
							fail,
						);
				},
			)
				.on("error", fail)
				.end(body);
		});
	}
}

async function drain(response: IncomingMessage): Promise<void> {
	let size = 0;
	for await (const chunk of response) {
		size += (chunk as Buffer).length;
		if (size > MAX_BODY) throw new Error("answer too large");
	}
}

async function firstLine(response: IncomingMessage): Promise<string> {
	let text = "";
	response.setEncoding("utf8");
	for await (const chunk of response as AsyncIterable<string>) {
		text += chunk;
		if (text.length > MAX_ANSWER) break;
	}
	return (text.trim().split("\n")[0] ?? "").slice(0, 300);
}
