import {
	createServer,
	type IncomingMessage,
	type RequestListener,
	type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { answer, answerError, type Exchange } from "./embedded-registry/answer";
import { acceptUpload, serveBlob } from "./embedded-registry/blobs";
import { type EmbeddedAuth, Gate } from "./embedded-registry/gate";
import { serveCatalog, serveTags } from "./embedded-registry/lists";
import { acceptManifest, serveManifest } from "./embedded-registry/manifests";
import { Store } from "./embedded-registry/store";

export interface EmbeddedOptions {
	readonly auth?: EmbeddedAuth;
	/** PEM texts; without it the registry speaks plain http. */
	readonly tls?: { readonly key: string; readonly cert: string };
	/** Remembers blob sizes for ever, as `blobdescriptor: inmemory` does. @default false */
	readonly warm?: boolean;
	/** Largest `n` of the catalog. @default 1000 */
	readonly catalogMax?: number;
}

export interface LoggedRequest {
	readonly method: string;
	/** Path and query as sent. */
	readonly url: string;
	readonly headers: IncomingMessage["headers"];
	/** 0 until it is answered. */
	status: number;
}

/** Answers a request itself (true), or lets the registry do so. */
export type Before = (
	request: IncomingMessage,
	response: ServerResponse,
) => boolean | undefined | Promise<boolean | undefined>;

export interface EmbeddedRegistry {
	/** `http://127.0.0.1:<port>` */
	readonly origin: string;
	readonly host: string;
	/** What is on disk, with `put` to fill it and the levers that break it. */
	readonly store: Store;
	readonly requests: readonly LoggedRequest[];
	/** Forgets the log. */
	clearRequests(): void;
	/** Set it to answer any request by hand. */
	before: Before | undefined;
	/** Makes every token that was given out worthless. */
	revokeTokens(): void;
	/** Ends all connections. */
	close(): Promise<void>;
}

const ROUTE = /^\/v2\/(.+)\/(manifests|blobs|tags|referrers)\/(.+)$/;

function scopeOf(exchange: Exchange): string {
	const { url, repository, request } = exchange;
	if (url.pathname === "/v2/_catalog") return "registry:catalog:*";
	if (repository === "") return "";
	const isRead = request.method === "GET" || request.method === "HEAD";
	return `repository:${repository}:${isRead ? "pull" : "pull,push"}`;
}

/** An in-process registry on loopback that answers as distribution 2.8.2 does (`n`, Accept, Range, error codes). */
export async function startEmbeddedRegistry(
	options: EmbeddedOptions = {},
): Promise<EmbeddedRegistry> {
	const { auth, tls, warm = false, catalogMax = 1000 } = options;
	const store = new Store(warm);
	const uploads = new Map<string, Buffer[]>();
	const gate = auth && new Gate(auth);
	const requests: LoggedRequest[] = [];

	const route = (exchange: Exchange, kind: string): unknown => {
		const { request, response, url, reference } = exchange;
		const isRead = request.method === "GET" || request.method === "HEAD";
		if (url.pathname === "/v2/")
			return answer(
				response,
				200,
				{ "content-type": "application/json" },
				"{}",
			);
		if (url.pathname === "/v2/_catalog")
			return serveCatalog(store, catalogMax, exchange);
		if (kind === "tags" && isRead) return serveTags(store, exchange);
		if (kind === "manifests" && isRead) return serveManifest(store, exchange);
		if (kind === "manifests" && request.method === "PUT")
			return acceptManifest(store, exchange);
		if (kind === "blobs" && reference.startsWith("uploads/"))
			return acceptUpload(store, uploads, exchange);
		if (kind === "blobs" && isRead) return serveBlob(store, exchange);
		if (kind === "blobs" || kind === "manifests")
			return answerError(response, 405, "UNSUPPORTED");
		answer(
			response,
			404,
			{ "content-type": "text/plain" },
			"404 page not found\n",
		);
	};

	const listener: RequestListener = async (request, response) => {
		const { method = "", url: path = "/", headers } = request;
		const logged: LoggedRequest = { method, url: path, headers, status: 0 };
		requests.push(logged);
		response.on("close", () => {
			logged.status = response.statusCode;
		});
		if (await registry.before?.(request, response)) return;
		const url = new URL(path, registry.origin);
		if (gate && url.pathname === "/token")
			return gate.serveToken(request, response, url);
		const [, repository = "", kind = "", rest = ""] =
			/^\/v2\/(.+)\/(blobs)\/(uploads\/.*)$/.exec(`${url.pathname}`) ??
			ROUTE.exec(url.pathname) ??
			[];
		const reference = decodeURIComponent(rest);
		const exchange = { request, response, url, repository, reference };
		if (
			gate &&
			!gate.admits(request, response, registry.origin, scopeOf(exchange))
		) {
			request.resume();
			return;
		}
		await route(exchange, kind);
	};
	const server = tls ? createTlsServer(tls, listener) : createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
	const registry: EmbeddedRegistry = {
		origin: `${tls ? "https" : "http"}://${host}`,
		host,
		store,
		requests,
		clearRequests: () => {
			requests.length = 0;
		},
		before: undefined,
		revokeTokens: () => gate?.revoke(),
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return registry;
}
