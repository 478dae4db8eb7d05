import type { ServerResponse } from "node:http";
import {
	answering,
	closeAll,
	collect,
	failureOf,
	open,
	reply,
	startRegistry,
	startSockets,
} from "./harness";

afterEach(closeAll);

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
	])("JSON that is %s is protocol", async (_, body) => {
		const registry = await answering((response) =>
			reply(response, 200, {}, body),
		);
		expect(
			await failureOf(collect(open(registry.origin).listRepositories())),
		).toMatchObject({ kind: "protocol" });
	});

	test("an endless name is cut off and refused; the names beside it stay", async () => {
		const registry = await answering((response) =>
			reply(
				response,
				200,
				{},
				`{"repositories":["a","${"b".repeat(10_000)}"]}`,
			),
		);
		const client = open(registry.origin);
		const [first, second = ""] = await collect(client.listRepositories());
		expect([first, second.length]).toEqual(["a", 512]);
		expect(await failureOf(collect(client.listTags(second)))).toMatchObject({
			kind: "protocol",
		});
	});

	test("more than a million names are too many", async () => {
		const names = JSON.stringify({ repositories: Array(90_000).fill("a") });
		const registry = await answering((response, count) =>
			reply(
				response,
				200,
				{ link: `</v2/_catalog?last=${count}>; rel="next"` },
				names,
			),
		);
		expect(
			await failureOf(collect(open(registry.origin).listRepositories())),
		).toMatchObject({ kind: "limit" });
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
