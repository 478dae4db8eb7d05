import { startEmbeddedRegistry } from "../support/embedded-registry";
import { image, multiArch } from "../support/images";
import {
	ELSEWHERE_TLS,
	EXPIRED_TLS,
	LOOPBACK_TLS,
} from "../support/loopback-tls";
import {
	CREDENTIALS,
	closeAll,
	failureOf,
	open,
	startRegistry,
	startSockets,
} from "./harness";

afterEach(closeAll);

const { ca } = LOOPBACK_TLS;

describe("TLS", () => {
	test("a private CA is taken, and the certificate's end is told", async () => {
		const registry = await startRegistry({
			tls: LOOPBACK_TLS,
			auth: { kind: "basic", ...CREDENTIALS },
		});
		const content = multiArch("a");
		registry.store.put("app", content, "v1");
		for (const origin of [
			registry.origin,
			registry.origin.replace("127.0.0.1", "localhost"),
		]) {
			const client = open(origin, { ca, credentials: CREDENTIALS });
			expect(await client.resolveTag("app", "v1")).toBe(content.root);
			expect(client.stats.tlsNotAfter).toBe(Date.parse("2120-01-01T00:00:00Z"));
		}
	});

	test("a bundle of several, with text between them", async () => {
		const registry = await startRegistry({ tls: LOOPBACK_TLS });
		const bundle = `# ours\n${EXPIRED_TLS.cert}\n# theirs\r\n${ca.replaceAll("\n", "\r\n")}`;
		expect(await open(registry.origin, { ca: bundle }).ping()).toEqual({
			challenged: false,
		});
	});

	test.each([
		["an unknown CA", LOOPBACK_TLS, undefined, /certificate/],
		["a certificate that has expired", EXPIRED_TLS, ca, /expired/],
		[
			"a certificate of another name",
			ELSEWHERE_TLS,
			ca,
			/not match certificate/,
		],
	])("%s is refused, and not asked twice", async (_, tls, trusted, message) => {
		const registry = await startRegistry({ tls });
		const client = open(registry.origin, {
			credentials: CREDENTIALS,
			...(trusted && { ca: trusted }),
		});
		const failure = await failureOf(client.ping());
		expect(failure).toMatchObject({
			kind: "tls",
			message: expect.stringMatching(message),
		});
		expect(client.stats.requests).toBe(1);
		expect(registry.requests).toEqual([]);
	});

	test("also where NODE_TLS_REJECT_UNAUTHORIZED says not to verify", async () => {
		const registry = await startRegistry({ tls: LOOPBACK_TLS });
		const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
		process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
		try {
			expect(await failureOf(open(registry.origin).ping())).toMatchObject({
				kind: "tls",
			});
		} finally {
			if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
			else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
		}
	});

	test("a server that speaks plain http where TLS is due", async () => {
		const { origin } = await startSockets(
			(socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
		);
		expect(
			await failureOf(open(origin.replace("http:", "https:")).ping()),
		).toMatchObject({ kind: "tls" });
	});

	test("a redirect from https to http is refused, and nothing is sent there", async () => {
		const registry = await startRegistry({ tls: LOOPBACK_TLS });
		const plain = await startRegistry();
		registry.before = (request, response) => {
			if (request.url === "/v2/") return false;
			response.writeHead(307, { location: `${plain.origin}/blob` });
			response.end();
			return true;
		};
		const client = open(registry.origin, { ca });
		const [digest = ""] = image("a").blobs.keys();
		const failure = await failureOf(
			client.readBlob("app", { mediaType: "", digest, size: 9 }, "tail"),
		);
		expect(failure).toMatchObject({
			kind: "protocol",
			message: expect.stringContaining("from https to http"),
		});
		expect(plain.requests).toEqual([]);
	});

	test("a Bearer realm without TLS gets no credentials from a registry with it", async () => {
		const plain = await startEmbeddedRegistry();
		const registry = await startRegistry({
			tls: LOOPBACK_TLS,
			auth: { kind: "bearer", realm: `${plain.origin}/token`, ...CREDENTIALS },
		});
		const client = open(registry.origin, {
			ca,
			credentials: CREDENTIALS,
			realmHosts: [plain.host],
		});
		const failure = await failureOf(client.fetchManifest("app", "v1"));
		expect(failure).toMatchObject({
			kind: "auth",
			message: expect.stringContaining("wanted https://"),
		});
		expect(plain.requests).toEqual([]);
		await plain.close();
	});

	test("connections are kept: a hundred requests, one handshake", async () => {
		const registry = await startRegistry({ tls: LOOPBACK_TLS });
		const ports = new Set<number | undefined>();
		registry.before = ({ socket }) => {
			ports.add(socket.remotePort);
			return false;
		};
		const client = open(registry.origin, { ca });
		for (let i = 0; i < 100; i++) await client.assertHealthy();
		expect(ports.size).toBe(1);
	});
});
