import type { IncomingMessage } from "node:http";
import type { EmbeddedRegistry } from "../support/embedded-registry";
import { multiArch } from "../support/images";
import {
	CREDENTIALS,
	closeAll,
	collect,
	failureOf,
	open,
	startRegistry,
} from "./harness";

afterEach(closeAll);

const BASIC = Buffer.from(
	`${CREDENTIALS.user}:${CREDENTIALS.password}`,
).toString("base64");
const content = multiArch("a");

async function seeded(
	options: Parameters<typeof startRegistry>[0],
): Promise<EmbeddedRegistry> {
	const registry = await startRegistry(options);
	registry.store.put("app", content, "v1");
	registry.store.put("other", content, "v1");
	return registry;
}

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
					client.fetchManifest("app", content.root),
				),
				client.fetchManifest("other", content.root),
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
			client.fetchManifest("app", content.root),
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

describe("credentials stay at home", () => {
	/** A registry that somebody else runs, and all that reached it. */
	async function stranger() {
		const registry = await seeded({});
		const secrets = () => {
			const seen = registry.requests
				.map(({ url, headers }) => `${url} ${JSON.stringify(headers)}`)
				.join();
			return (
				seen.includes(CREDENTIALS.password) ||
				seen.includes(BASIC) ||
				seen.includes("authorization")
			);
		};
		return { registry, secrets };
	}

	test.each([301, 302, 303, 307, 308])(
		"a %i to another port drops them",
		async (status) => {
			const registry = await seeded({
				auth: { kind: "basic", ...CREDENTIALS },
			});
			const { registry: other, secrets } = await stranger();
			registry.before = (request, response) => {
				if (!request.url?.includes("/blobs/") || !request.headers.authorization)
					return false;
				response.writeHead(status, {
					location: `${other.origin}${request.url}?X-Signature=abc`,
				});
				response.end();
				return true;
			};
			const client = open(registry.origin, { credentials: CREDENTIALS });
			const [digest = "", bytes] = [...content.blobs][0] ?? [];
			const descriptor = { mediaType: "", digest, size: bytes?.length };
			expect(await client.readBlob("app", descriptor, "tail")).toMatchObject({
				bytesRead: 1,
				cut: false,
			});
			expect(other.requests).toHaveLength(1);
			expect(other.requests[0]?.headers.range).toBe("bytes=-1");
			expect(secrets()).toBe(false);
		},
	);

	test("once dropped they do not come back, and a signature is not shown", async () => {
		const registry = await seeded({ auth: { kind: "basic", ...CREDENTIALS } });
		const { registry: other } = await stranger();
		registry.before = (request, response) => {
			if (
				!request.url?.includes("/manifests/") ||
				!request.headers.authorization
			)
				return false;
			response.writeHead(307, {
				location: `${other.origin}/hop?X-Signature=s1gnature`,
			});
			response.end();
			return true;
		};
		other.before = (_, response) => {
			response.writeHead(307, {
				location: `${registry.origin}/v2/app/manifests/${content.root}`,
			});
			response.end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		const failure = await failureOf(client.fetchManifest("app", "v1"));
		expect(registry.requests.at(-1)?.headers.authorization).toBeUndefined();
		expect(failure.message).not.toContain("s1gnature");
	});

	test("a Bearer realm on a foreign host gets nothing, and the message says how to allow it", async () => {
		const { registry: other, secrets } = await stranger();
		const registry = await seeded({
			auth: { kind: "bearer", realm: `${other.origin}/token`, ...CREDENTIALS },
		});
		const client = open(registry.origin, { credentials: CREDENTIALS });
		const failure = await failureOf(client.fetchManifest("app", "v1"));
		expect(failure).toMatchObject({ kind: "auth" });
		expect(failure.message).toContain(`--realm-hosts ${other.host}`);
		expect(other.requests).toEqual([]);
		expect(secrets()).toBe(false);
	});

	test("a realm host that was allowed may be asked", async () => {
		const tokenServer = await seeded({
			auth: { kind: "bearer", ...CREDENTIALS },
		});
		const registry = await seeded({});
		registry.before = (request, response) => {
			if (request.headers.authorization?.startsWith("Bearer ")) return false;
			response.writeHead(401, {
				"www-authenticate": `Bearer realm="${tokenServer.origin}/token"`,
			});
			response.end();
			return true;
		};
		const client = open(registry.origin, {
			credentials: CREDENTIALS,
			realmHosts: [tokenServer.host],
		});
		await client.fetchManifest("app", "v1");
		expect(tokenServer.requests[0]?.headers.authorization).toBe(
			`Basic ${BASIC}`,
		);
	});

	test("a realm that redirects to another host does not take them along", async () => {
		const { registry: other, secrets } = await stranger();
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		registry.before = (request, response) => {
			if (!request.url?.startsWith("/token")) return false;
			response.writeHead(302, { location: `${other.origin}/token` });
			response.end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		await failureOf(client.fetchManifest("app", "v1"));
		expect(other.requests).toHaveLength(1);
		expect(secrets()).toBe(false);
	});

	test.each([
		["no address", 'realm="token"'],
		["nothing", 'service="x"'],
		["a file", 'realm="file:///etc/passwd"'],
		["credentials", 'realm="https://user:pass@evil.example/token"'],
	])("a realm that is %s", async (_, parameters) => {
		const registry = await startRegistry();
		registry.before = (_request, response) => {
			response.writeHead(401, { "www-authenticate": `Bearer ${parameters}` });
			response.end();
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		const failure = await failureOf(client.ping());
		expect(failure).toMatchObject({ kind: "auth" });
		expect(failure.message).not.toContain("pass@");
	});

	test("a registry that echoes what it was sent does not get it into a message", async () => {
		const registry = await seeded({ auth: { kind: "bearer", ...CREDENTIALS } });
		const echo = ({ headers }: IncomingMessage) =>
			`${headers.authorization} ${CREDENTIALS.password} ${BASIC}\u001b[31m\r\nX: y`;
		let token = "";
		registry.before = (request, response) => {
			if (!request.url?.includes("/manifests/")) return false;
			token = request.headers.authorization?.slice("Bearer ".length) ?? "";
			response.writeHead(418, { "content-type": "text/plain" });
			response.end(echo(request));
			return true;
		};
		const client = open(registry.origin, { credentials: CREDENTIALS });
		const { message } = await failureOf(client.fetchManifest("app", "v1"));
		expect(token).toHaveLength(36);
		for (const secret of [token, CREDENTIALS.password, BASIC])
			expect(message).not.toContain(secret);
		expect(message).toContain("***");
		expect(message).not.toMatch(/\p{Cc}/u);
	});
});
