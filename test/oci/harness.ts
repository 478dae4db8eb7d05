import type { ServerResponse } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import {
	type ClientOptions,
	createClient,
	type RegistryClient,
} from "../../lib/oci/client";
import { RegistryError } from "../../lib/oci/errors";
import {
	type EmbeddedOptions,
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "../support/embedded-registry";
import { multiArch } from "../support/images";

export const CREDENTIALS = { user: "prober", password: "s3cret-pass" };
/** `CREDENTIALS` as a Basic header has them. */
export const BASIC = Buffer.from(
	`${CREDENTIALS.user}:${CREDENTIALS.password}`,
).toString("base64");

const ends: (() => unknown)[] = [];

/** Closes what a test opened, last first; call it from `afterEach`. */
export async function closeAll(): Promise<void> {
	for (const end of ends.splice(0).reverse()) await end();
}

export async function startRegistry(
	options: EmbeddedOptions = {},
): Promise<EmbeddedRegistry> {
	const registry = await startEmbeddedRegistry(options);
	ends.push(registry.close);
	return registry;
}

/** A server that does with each connection as it is told. */
export async function startSockets(
	serve: (socket: Socket) => void,
): Promise<{ readonly origin: string; readonly connections: () => number }> {
	let connections = 0;
	const open = new Set<Socket>();
	const server: Server = createServer((socket) => {
		connections++;
		open.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => open.delete(socket));
		serve(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	ends.push(() => {
		for (const socket of open) socket.destroy();
		return new Promise((resolve) => server.close(resolve));
	});
	const address = server.address();
	const port = typeof address === "object" && address ? address.port : 0;
	return { origin: `http://127.0.0.1:${port}`, connections: () => connections };
}

/** A client with five seconds to live. */
export function open(
	origin: string,
	options: Partial<ClientOptions> = {},
): RegistryClient {
	const deadline = Date.now() + 5000;
	const client = createClient({ origin, deadline, ...options });
	ends.push(() => client.close());
	return client;
}

export async function collect(
	pages: AsyncIterable<readonly string[]>,
): Promise<string[]> {
	const names: string[] = [];
	for await (const page of pages) names.push(...page);
	return names;
}

/** What a promise fails with; anything but a RegistryError fails the test. */
export async function failureOf(
	promise: Promise<unknown>,
): Promise<RegistryError> {
	try {
		const got = await promise;
		throw new Error(`did not fail: ${JSON.stringify(got)}`);
	} catch (error) {
		if (error instanceof RegistryError) return error;
		throw error;
	}
}

/** What `seeded` and `answering` hold as `app:v1`. */
export const CONTENT = multiArch("a");

/** A registry with `app:v1` and `other:v1`. */
export async function seeded(
	options: EmbeddedOptions,
): Promise<EmbeddedRegistry> {
	const registry = await startRegistry(options);
	registry.store.put("app", CONTENT, "v1");
	registry.store.put("other", CONTENT, "v1");
	return registry;
}

/** A registry that answers everything but `/v2/` by hand. */
export async function answering(
	serve: (response: ServerResponse, count: number, url: string) => void,
): Promise<EmbeddedRegistry> {
	const registry = await startRegistry();
	registry.store.put("app", CONTENT, "v1");
	let count = 0;
	registry.before = ({ url = "" }, response) => {
		if (url === "/v2/") return false;
		serve(response, ++count, url);
		return true;
	};
	return registry;
}

/** A whole answer by hand. */
export const reply = (
	response: ServerResponse,
	status: number,
	headers: Record<string, string> = {},
	body = "",
) => {
	response.writeHead(status, headers);
	response.end(body);
};
