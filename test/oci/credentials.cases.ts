import type { IncomingMessage } from "node:http";
import {
	BASIC,
	CONTENT,
	CREDENTIALS,
	closeAll,
	failureOf,
	open,
	seeded,
	startRegistry,
} from "./harness";

afterEach(closeAll);

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
			const [digest = "", bytes] = [...CONTENT.blobs][0] ?? [];
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
				location: `${registry.origin}/v2/app/manifests/${CONTENT.root}`,
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
