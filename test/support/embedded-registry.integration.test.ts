import {
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "./embedded-registry";
import { MEDIA, multiArch } from "./images";
import { pushContent, send } from "./push";

const ACCEPT = { accept: Object.values(MEDIA).join(",") };

describe("embedded registry: what was measured on 2.8.2", () => {
	let registry: EmbeddedRegistry;
	afterEach(() => registry.close());

	test("takes a push and serves it back", async () => {
		registry = await startEmbeddedRegistry({
			auth: { kind: "basic", user: "u", password: "p" },
		});
		const target = { origin: registry.origin, user: "u", password: "p" };
		const content = multiArch("a");
		const root = await pushContent(target, "team/app", content, "v1");
		const got = await send(
			target,
			"GET",
			"/v2/team/app/manifests/v1",
			"",
			ACCEPT,
		);
		expect(got.status).toBe(200);
		expect(got.headers["docker-content-digest"]).toBe(root);
		expect(got.body).toEqual(content.manifests.get(root)?.bytes);
		const blind = await send(target, "GET", "/v2/team/app/manifests/v1");
		expect(blind.status).toBe(404);
		const list = await send(target, "GET", "/v2/team/app/tags/list");
		expect(JSON.parse(String(list.body))).toEqual({
			name: "team/app",
			tags: ["v1"],
		});
		const anonymous = await send({ origin: registry.origin }, "GET", "/v2/");
		expect([anonymous.status, anonymous.headers["www-authenticate"]]).toEqual([
			401,
			'Basic realm="embedded"',
		]);
		expect(registry.requests.at(-1)).toMatchObject({
			url: "/v2/",
			status: 401,
		});
	});

	test("refuses an index whose child it does not have", async () => {
		registry = await startEmbeddedRegistry();
		const { root, manifests } = multiArch("b");
		const index = manifests.get(root);
		const put = await send(
			registry,
			"PUT",
			"/v2/app/manifests/v1",
			index?.bytes,
		);
		expect(put.status).toBe(400);
		expect(String(put.body)).toContain("MANIFEST_BLOB_UNKNOWN");
	});

	test("a warm cache answers for a blob that is gone, and sends no byte", async () => {
		registry = await startEmbeddedRegistry({ warm: true });
		const content = multiArch("c");
		registry.store.put("app", content, "v1");
		const [digest = "", bytes] = [...content.blobs][0] ?? [];
		registry.store.deleteBlob(digest);
		const path = `/v2/app/blobs/${digest}`;
		const head = await send(registry, "HEAD", path);
		expect([head.status, head.headers["content-length"]]).toEqual([
			200,
			String(bytes?.length),
		]);
		const range = { range: "bytes=-1" };
		await expect(send(registry, "GET", path, "", range)).rejects.toThrow(
			"aborted",
		);
		registry.store.restart();
		expect((await send(registry, "GET", path, "", range)).status).toBe(404);
	});

	test("pages the catalog by relative links and refuses a large n", async () => {
		registry = await startEmbeddedRegistry();
		for (const name of ["a", "b", "c"])
			registry.store.put(name, multiArch(name), "v1");
		const page = await send(registry, "GET", "/v2/_catalog?n=2");
		expect(page.headers.link).toBe('</v2/_catalog?last=b&n=2>; rel="next"');
		expect((await send(registry, "GET", "/v2/_catalog?n=1001")).status).toBe(
			400,
		);
		registry.store.deleteTag("a", "v1");
		const none = await send(registry, "GET", "/v2/a/tags/list");
		expect(String(none.body)).toContain('"tags":null');
	});
});
