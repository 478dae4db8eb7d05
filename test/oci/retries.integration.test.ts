import type { ServerResponse } from "node:http";
import { image } from "../support/images";
import {
	answering,
	CONTENT,
	closeAll,
	failureOf,
	open,
	reply,
	startRegistry,
} from "./harness";

// side by side: most of the time here is waiting
afterAll(closeAll);

describe("trouble that passes", () => {
	const { root, manifests } = image("x");
	const bytes = String(manifests.get(root)?.bytes);

	test.concurrent.each([
		["500", (response: ServerResponse) => reply(response, 500)],
		[
			"502 with a page",
			(response: ServerResponse) =>
				reply(response, 502, { "content-type": "text/html" }, "<html>"),
		],
		["503", (response: ServerResponse) => reply(response, 503)],
		["a reset", (response: ServerResponse) => void response.destroy()],
		[
			"a body that is cut",
			(response: ServerResponse) => {
				response.writeHead(200, { "content-length": 100 });
				response.write("x");
				setImmediate(() => response.destroy());
			},
		],
	])("%s, twice", async (_, fail) => {
		const registry = await answering((response, count) =>
			count < 3 ? fail(response) : reply(response, 200, {}, bytes),
		);
		const client = open(registry.origin);
		expect(String((await client.fetchManifest("app", root)).bytes)).toBe(bytes);
		expect(client.stats.requests).toBe(4);
	});

	test.concurrent("a 500 that stays is a server-error with its status, after four tries", async () => {
		const registry = await answering((response) =>
			reply(
				response,
				500,
				{},
				'{"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{}}]}',
			),
		);
		const failure = await failureOf(
			open(registry.origin).fetchManifest("app", "v1"),
		);
		expect(failure).toMatchObject({
			kind: "server-error",
			status: 500,
			code: "UNKNOWN",
		});
		expect(registry.requests).toHaveLength(5);
	});

	test.concurrent("every blob answering 500 does not cost four requests each", async () => {
		const registry = await answering((response) => reply(response, 500));
		const client = open(registry.origin, {
			deadline: Date.now() + 20_000,
			concurrency: 32,
		});
		const [digest = ""] = CONTENT.blobs.keys();
		const failures = await Promise.all(
			Array.from({ length: 300 }, () =>
				failureOf(
					client.readBlob("app", { mediaType: "", digest, size: 1 }, "tail"),
				),
			),
		);
		expect(failures.every(({ kind }) => kind === "server-error")).toBe(true);
		expect(client.stats.requests).toBe(1 + 300 + 50);
	});

	test.concurrent.each([
		["429, seconds", 429, { "retry-after": "1" }],
		[
			"503, a date",
			503,
			{
				"retry-after": "Wed, 21 Oct 2015 07:28:01 GMT",
				date: "Wed, 21 Oct 2015 07:28:00 GMT",
			},
		],
	])("Retry-After is honoured by everybody: %s", async (_, status, headers) => {
		const registry = await answering((response, count) =>
			count === 1
				? reply(response, status, headers)
				: reply(response, 200, {}, bytes),
		);
		const client = open(registry.origin);
		const first = client.fetchManifest("app", root);
		while (client.stats.throttled === 0)
			await new Promise((resolve) => setTimeout(resolve, 5));
		const start = Date.now();
		await Promise.all([first, client.fetchManifest("app", root)]);
		expect(Date.now() - start).toBeGreaterThan(850);
		expect(client.stats).toMatchObject({ throttled: 1, requests: 4 });
	});

	test.concurrent("a Retry-After past the deadline is not waited for", async () => {
		const registry = await answering((response) =>
			reply(response, 429, { "retry-after": "3600" }),
		);
		const start = Date.now();
		const failure = await failureOf(
			open(registry.origin).fetchManifest("app", "v1"),
		);
		expect(failure).toMatchObject({
			kind: "throttled",
			status: 429,
			retryAfter: 3_600_000,
		});
		expect(Date.now() - start).toBeLessThan(1000);
	});

	test.concurrent("503 without Retry-After is a server-error, and counts as throttled", async () => {
		const registry = await answering((response) => reply(response, 503));
		const client = open(registry.origin);
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind: "server-error",
			status: 503,
		});
		expect(client.stats.throttled).toBe(4);
	});

	test.concurrent("kept connections that the registry closed meanwhile are no failure", async () => {
		const registry = await startRegistry();
		registry.store.put("app", CONTENT, "v1");
		const client = open(registry.origin);
		const ask = () =>
			Promise.all(
				Array.from({ length: 8 }, () => client.fetchManifest("app", "v1")),
			);
		await ask();
		let isFirst = true;
		registry.before = ({ socket }) => {
			if (isFirst) socket.destroy();
			const wasFirst = isFirst;
			isFirst = false;
			return wasFirst;
		};
		const start = Date.now();
		await ask();
		expect(Date.now() - start).toBeLessThan(1000);
		expect(client.stats.requests).toBe(1 + 8 + 9);
	});
});
