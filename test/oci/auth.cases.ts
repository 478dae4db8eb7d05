import type { EmbeddedRegistry } from "../support/embedded-registry";
import {
	BASIC,
	CONTENT,
	CREDENTIALS,
	closeAll,
	collect,
	failureOf,
	open,
	seeded,
	startRegistry,
} from "./harness";

afterEach(closeAll);

const tokens = (registry: EmbeddedRegistry) =>
	registry.requests.filter(({ url }) => url.startsWith("/token"));

describe("Bearer", () => {
	test.each(["token", "access_token"] as const)(
		"one %s a scope, however many ask",
		async (tokenField) => {
			const registry = await seeded({
				auth: { kind: "bearer", tokenField, ...CREDENTIALS },
			});
			const client = open(registry.origin, { credentials: CREDENTIALS });
			await Promise.all([
				...Array.from({ length: 5 }, () =>
					client.fetchManifest("app", CONTENT.root),
				),
				client.fetchManifest("other", CONTENT.root),
				collect(client.listRepositories()),
			]);
			expect(
				tokens(registry)
					.map(({ url }) =>
						new URL(url, registry.origin).searchParams.get("scope"),
					)
					.sort(),
			).toEqual([
				"registry:catalog:*",
				"repository:app:pull",
				"repository:other:pull",
			]);
			expect(
				registry.requests.filter(({ status }) => status === 401),
			).toHaveLength(1);
		},
	);

	test("a token that was revoked is made anew, once", async () => {
		const registry = await seeded({
			auth: { kind: "bearer", expiresIn: 3600, ...CREDENTIALS },
		});
		const client = open(registry.origin, { credentials: CREDENTIALS });
		await client.fetchManifest("app", "v1");
		registry.revokeTokens();
		await Promise.all([
			client.fetchManifest("app", "v1"),
			client.fetchManifest("app", CONTENT.root),
		]);
		expect(tokens(registry)).toHaveLength(2);
	});

	test("a token is not used past its life", async () => {
		const registry = await seeded({
			auth: { kind: "bearer", expiresIn: 0.2, ...CREDENTIALS },
		});
		const client = open(registry.origin, { credentials: CREDENTIALS });
		await client.fetchManifest("app", "v1");
		await new Promise((resolve) => setTimeout(resolve, 250));
		await client.fetchManifest("app", "v1");
		expect(tokens(registry)).toHaveLength(2);
		expect(
			registry.requests.filter(({ status }) => status === 401),
		).toHaveLength(1);
	});

	test("the registry's own name for a scope is taken", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		const client = open(registry.origin, { credentials: CREDENTIALS });
		await client.ping();
		registry.before = (request, response) => {
			const isToken = request.headers.authorization?.startsWith("Bearer ");
			if (
				request.url?.startsWith("/token") ||
				registry.requests.length > 4 ||
				!isToken
			)
				return false;
			response.writeHead(401, {
				"www-authenticate": `Bearer realm="${registry.origin}/token",service="s",scope="repository:app:pull,push"`,
			});
			response.end();
			return true;
		};
		await client.fetchManifest("app", "v1");
		expect(tokens(registry).at(-1)?.url).toContain("pull%2Cpush");
	});

	test("a realm that answers 500 is no 500 of what was asked for", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		registry.before = (request, response) => {
			if (!request.url?.startsWith("/token")) return false;
			response.writeHead(500).end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind: "server-error",
			status: undefined,
			message: expect.stringContaining("/token: 500"),
		});
	});

	test("wrong credentials are refused after two requests", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		const client = open(registry.origin, {
			credentials: { user: "x", password: "wr0ng-pass" },
		});
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind: "auth",
			status: 401,
		});
		expect(registry.requests).toHaveLength(2);
	});

	test("a token that opens nothing is refreshed once and then given up", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		registry.before = (request, response) => {
			if (!request.url?.includes("/manifests/")) return false;
			response.writeHead(401, {
				"www-authenticate": `Bearer realm="${registry.origin}/token"`,
			});
			response.end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind: "auth",
		});
		expect(
			registry.requests.filter(({ url }) => url.includes("/manifests/")),
		).toHaveLength(2);
		expect(tokens(registry)).toHaveLength(2);
	});

	test.each([
		["<html>", "protocol"],
		["{}", "protocol"],
		['{"token":"a b"}', "protocol"],
		['{"token":5}', "protocol"],
	])("a realm that answers %s", async (body, kind) => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		registry.before = (request, response) => {
			if (!request.url?.startsWith("/token")) return false;
			response.end(body);
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind,
		});
	});

	test("a token that ran out is made anew where the refusal says nothing", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		const client = open(registry.origin, { credentials: CREDENTIALS });
		await client.fetchManifest("app", "v1");
		const [first] = registry.requests.slice(-1);
		registry.before = ({ headers }, response) => {
			if (headers.authorization !== first?.headers.authorization) return false;
			response.writeHead(401);
			response.end();
			return true;
		};
		await client.fetchManifest("app", "v1");
		expect(tokens(registry)).toHaveLength(2);
	});

	test("a realm that asks to wait is waited for", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		let count = 0;
		registry.before = ({ url }, response) => {
			if (!url?.startsWith("/token") || count++ > 0) return false;
			response.writeHead(429, { "retry-after": "0" });
			response.end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		await client.fetchManifest("app", "v1");
		expect(client.stats.throttled).toBe(1);
	});

	test("a realm that is gone is no absent manifest", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		registry.before = (request, response) => {
			if (!request.url?.startsWith("/token")) return false;
			response.writeHead(404);
			response.end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind: "auth",
			status: 404,
		});
		expect(
			(await failureOf(client.fetchManifest("app", "v1"))).message,
		).not.toContain("scope=");
	});
});

describe("Basic", () => {
	test("wrong credentials cost one request each, no second hash", async () => {
		const registry = await seeded({ auth: { kind: "basic", ...CREDENTIALS } });
		const client = open(registry.origin, {
			credentials: { user: "prober", password: "wr0ng-pass" },
		});
		await client.ping();
		const failure = await failureOf(client.fetchManifest("app", "v1"));
		expect(failure).toMatchObject({
			kind: "auth",
			status: 401,
			code: "UNAUTHORIZED",
		});
		expect(failure.message).not.toContain("wr0ng");
		expect(registry.requests).toHaveLength(2);
	});

	test("no credentials and a registry that asks for them", async () => {
		const registry = await seeded({ auth: { kind: "basic", ...CREDENTIALS } });
		const client = open(registry.origin);
		expect(await failureOf(client.fetchManifest("app", "v1"))).toMatchObject({
			kind: "auth",
			status: 401,
		});
	});

	test("is taken where a Bearer realm is not to be trusted, and Bearer where it is", async () => {
		const registry = await seeded({ auth: { kind: "basic", ...CREDENTIALS } });
		let realm = "https://evil.example/token";
		registry.before = (request, response) => {
			if (request.headers.authorization) return false;
			response.writeHead(401, {
				"www-authenticate": [
					`Bearer realm="${realm}",service="a, b"`,
					'Basic realm="x"',
				],
			});
			response.end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		await client.fetchManifest("app", "v1");
		expect(registry.requests.at(-1)?.headers.authorization).toBe(
			`Basic ${BASIC}`,
		);
		realm = `${registry.origin}/token`;
		registry.before = undefined;
	});

	test.each(["Negotiate", 'Digest realm="x"', ""])(
		"a registry that wants %j",
		async (challenge) => {
			const registry = await startRegistry();
			registry.before = (_, response) => {
				response.writeHead(
					401,
					challenge === "" ? {} : { "www-authenticate": challenge },
				);
				response.end();
				return true;
			};
			const client = open(registry.origin, { credentials: CREDENTIALS });
			expect(await failureOf(client.ping())).toMatchObject({ kind: "auth" });
		},
	);
});
