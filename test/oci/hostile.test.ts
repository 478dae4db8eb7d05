import type { ServerResponse } from "node:http";
import type { EmbeddedRegistry } from "../support/embedded-registry";
import { image, multiArch } from "../support/images";
import {
	closeAll,
	collect,
	failureOf,
	open,
	startRegistry,
	startSockets,
} from "./harness";

afterEach(closeAll);

const content = multiArch("a");

/** A registry that answers everything but `/v2/` by hand. */
async function answering(
	serve: (response: ServerResponse, count: number, url: string) => void,
): Promise<EmbeddedRegistry> {
	const registry = await startRegistry();
	registry.store.put("app", content, "v1");
	let count = 0;
	registry.before = ({ url = "" }, response) => {
		if (url === "/v2/") return false;
		serve(response, ++count, url);
		return true;
	};
	return registry;
}

const reply = (
	response: ServerResponse,
	status: number,
	headers: Record<string, string> = {},
	body = "",
) => {
	response.writeHead(status, headers);
	response.end(body);
};

describe("a server that speaks something else", () => {
	const html = "<!DOCTYPE html><html><title>Welcome to nginx!</title></html>";
	test.each([
		["an HTML page", 200, "text/html", html],
		["an HTML page without a type", 200, "application/json", html],
		["an HTML 404", 404, "text/html", html],
	])("%s is protocol, everywhere", async (_, status, type, body) => {
		const registry = await startRegistry();
		registry.before = (_request, response) => {
			reply(response, status, { "content-type": type }, body);
			return true;
		};
		const client = open(registry.origin);
		expect(await failureOf(client.ping())).toMatchObject({ kind: "protocol" });
		registry.before = ({ url }, response) => {
			if (url === "/v2/") return false;
			reply(response, status, { "content-type": type }, body);
			return true;
		};
		for (const asked of [
			collect(client.listRepositories()),
			collect(client.listTags("app")),
			client.fetchManifest("app", "v1"),
		])
			expect(await failureOf(asked)).toMatchObject({ kind: "protocol" });
	});

	test.each([
		["truncated", '{"repositories":["a","b'],
		["no object", "[]"],
		["without the field", "{}"],
		["numbers for names", '{"repositories":[1]}'],
		["an object for names", '{"repositories":{"0":"a"}}'],
		["endless names", `{"repositories":["${"a".repeat(10_000)}"]}`],
	])("JSON that is %s is protocol", async (_, body) => {
		const registry = await answering((response) =>
			reply(response, 200, {}, body),
		);
		expect(
			await failureOf(collect(open(registry.origin).listRepositories())),
		).toMatchObject({ kind: "protocol" });
	});

	test("a status that means nothing here is protocol and is not repeated", async () => {
		const registry = await answering((response) => reply(response, 418));
		const failure = await failureOf(
			open(registry.origin).fetchManifest("app", "v1"),
		);
		expect(failure).toMatchObject({ kind: "protocol", status: 418 });
		expect(registry.requests).toHaveLength(2);
	});

	test.each([
		["no HTTP", "SSH-2.0-OpenSSH_9.2p1\r\n", "protocol"],
		[
			"headers without an end",
			`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}`,
			"protocol",
		],
		[
			"two lengths",
			"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
			"protocol",
		],
	])("%s", async (_, answer, kind) => {
		const { origin } = await startSockets((socket) => void socket.end(answer));
		expect(await failureOf(open(origin).ping())).toMatchObject({ kind });
	});

	test("a body that was compressed although it was not asked for", async () => {
		const registry = await answering((response) =>
			reply(response, 200, { "content-encoding": "gzip" }, "x"),
		);
		expect(
			await failureOf(open(registry.origin).fetchManifest("app", "v1")),
		).toMatchObject({
			kind: "protocol",
			message: expect.stringContaining("encoded as gzip"),
		});
	});
});

describe("bodies without measure", () => {
	test.each([
		["said", { "content-length": String(100 * 1024 * 1024) }],
		["unsaid", {}],
	])(
		"a manifest of 100 MB, its length %s, is left at 4 MiB",
		async (_, headers) => {
			let sent = 0;
			const registry = await answering((response) => {
				response.writeHead(200, headers);
				const more = () => {
					while (!response.destroyed && sent < 100 * 1024 * 1024) {
						sent += 65_536;
						if (!response.write(Buffer.alloc(65_536, 32)))
							return void response.once("drain", more);
					}
				};
				more();
			});
			const failure = await failureOf(
				open(registry.origin).fetchManifest("app", "v1"),
			);
			expect(failure).toMatchObject({ kind: "limit" });
			// what the sockets buffer comes on top
			expect(sent).toBeLessThan(20 * 1024 * 1024);
		},
	);

	test("a tag list of 100 MB is left at 8 MiB", async () => {
		const registry = await answering((response) => {
			const timer = setInterval(
				() => response.write(Buffer.alloc(1 << 20, 32)),
				1,
			);
			response.on("close", () => clearInterval(timer));
		});
		expect(
			await failureOf(collect(open(registry.origin).listTags("app"))),
		).toMatchObject({ kind: "limit" });
	});
});

describe("pages", () => {
	const page = (link: string) => (response: ServerResponse) =>
		reply(
			response,
			200,
			{ link: `<${link}>; rel="next"` },
			'{"repositories":["a"],"tags":["a"]}',
		);

	test("that loop", async () => {
		const registry = await answering(page("/v2/_catalog?n=1000"));
		const failure = await failureOf(
			collect(open(registry.origin).listRepositories()),
		);
		expect(failure).toMatchObject({
			kind: "protocol",
			message: expect.stringContaining("loop"),
		});
		expect(registry.requests).toHaveLength(2);
	});

	test("that loop through two", async () => {
		const registry = await answering((response, count) =>
			page(`/v2/_catalog?page=${count % 2}`)(response),
		);
		expect(
			await failureOf(collect(open(registry.origin).listRepositories())),
		).toMatchObject({ kind: "protocol" });
	});

	test.each([
		"https://evil.example/v2/_catalog",
		"//evil.example/x",
		"http://127.0.0.1:1/x",
	])("that lead to %s", async (link) => {
		const registry = await answering(page(link));
		expect(
			await failureOf(collect(open(registry.origin).listTags("app"))),
		).toMatchObject({
			kind: "protocol",
			message: expect.stringContaining("the next page is on"),
		});
	});

	test("that name the registry itself in full, and names that come twice", async () => {
		const registry = await answering((response, count) =>
			reply(
				response,
				200,
				count < 3
					? {
							link: `<${registry.origin}/v2/_catalog?last=${count}>; rel="next"`,
						}
					: {},
				'{"repositories":["a","b"]}',
			),
		);
		expect(await collect(open(registry.origin).listRepositories())).toEqual([
			"a",
			"b",
			"a",
			"b",
			"a",
			"b",
		]);
	});

	test("a list that refuses every n is asked without one, and then fails", async () => {
		const registry = await answering((response) =>
			reply(
				response,
				400,
				{},
				'{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}',
			),
		);
		const failure = await failureOf(
			collect(open(registry.origin).listRepositories()),
		);
		expect(failure).toMatchObject({
			kind: "protocol",
			status: 400,
			code: "PAGINATION_NUMBER_INVALID",
		});
		expect(registry.requests.at(-1)?.url).toBe("/v2/_catalog");
	});

	test("a catalog that is not there is no absence", async () => {
		const registry = await answering((response) =>
			reply(response, 404, {}, "404 page not found\n"),
		);
		for (const list of [
			open(registry.origin).listRepositories(),
			open(registry.origin).listTags("app"),
		])
			expect(await failureOf(collect(list))).toMatchObject({
				kind: "protocol",
				status: 404,
			});
	});
});

describe("redirects", () => {
	test("in a loop, and without an end", async () => {
		const loop = await answering((response, _, url) =>
			reply(response, 307, { location: url }),
		);
		expect(
			await failureOf(open(loop.origin).fetchManifest("app", "v1")),
		).toMatchObject({ kind: "protocol" });
		expect(loop.requests).toHaveLength(2);
		const chain = await answering((response, count) =>
			reply(response, 302, { location: `/hop/${count}` }),
		);
		expect(
			await failureOf(open(chain.origin).fetchManifest("app", "v1")),
		).toMatchObject({ kind: "protocol" });
		expect(chain.requests).toHaveLength(1 + 6);
	});

	test("relative ones are followed", async () => {
		const registry = await answering((response, _, url) =>
			url === "/moved"
				? reply(response, 200, { "content-type": "a/b" }, "{}")
				: reply(response, 301, { location: "/moved" }),
		);
		expect(
			await open(registry.origin).fetchManifest("app", "v1"),
		).toMatchObject({ contentType: "a/b" });
	});
});

describe("trouble that passes", () => {
	const { root, manifests } = image("x");
	const bytes = String(manifests.get(root)?.bytes);

	test.each([
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

	test("a 500 that stays is a server-error with its status, after four tries", async () => {
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

	test("every blob answering 500 does not cost four requests each", async () => {
		const registry = await answering((response) => reply(response, 500));
		const client = open(registry.origin, {
			deadline: Date.now() + 20_000,
			concurrency: 32,
		});
		const [digest = ""] = content.blobs.keys();
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

	test.each([
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

	test("a Retry-After past the deadline is not waited for", async () => {
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

	test("503 without Retry-After is a server-error, and counts as throttled", async () => {
		const registry = await answering((response) => reply(response, 503));
		const client = open(registry.origin);
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind: "server-error",
			status: 503,
		});
		expect(client.stats.throttled).toBe(4);
	});

	test("kept connections that the registry closed meanwhile are no failure", async () => {
		const registry = await startRegistry();
		registry.store.put("app", content, "v1");
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
