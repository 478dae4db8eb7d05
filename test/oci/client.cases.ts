import { createClient } from "../../lib/oci/client";
import { digestOf } from "../../lib/oci/digest";
import { multiArch, sha256 } from "../support/images";
import {
	CREDENTIALS,
	closeAll,
	collect,
	failureOf,
	open,
	startRegistry,
} from "./harness";

afterEach(closeAll);

describe("client against a healthy registry", () => {
	test("lists, resolves, fetches, with one 401 in all", async () => {
		const registry = await startRegistry({
			auth: { kind: "basic", ...CREDENTIALS },
		});
		const content = multiArch("a");
		registry.store.put("team/app", content, "v1", "v2");
		const client = open(registry.origin, { credentials: CREDENTIALS });
		// all at once, before the registry was heard
		const [repositories, tags, digest, gone, manifest] = await Promise.all([
			collect(client.listRepositories()),
			collect(client.listTags("team/app")),
			client.resolveTag("team/app", "v1"),
			client.resolveTag("team/app", "gone"),
			client.fetchManifest("team/app", content.root),
		]);
		expect(repositories).toEqual(["team/app"]);
		expect(tags.sort()).toEqual(["v1", "v2"]);
		expect(digest).toBe(content.root);
		expect(gone).toBeUndefined();
		expect(manifest).toEqual({
			bytes: content.manifests.get(content.root)?.bytes,
			contentType: "application/vnd.oci.image.index.v1+json",
			headerDigest: content.root,
		});
		expect(registry.requests.map(({ status }) => status).sort()).toEqual([
			200, 200, 200, 200, 401, 404,
		]);
		expect(client.stats).toMatchObject({
			requests: 6,
			throttled: 0,
			bytes: manifest.bytes.length,
			tlsNotAfter: undefined,
		});
	});

	test("ping tells a registry that asks for credentials from one that does not", async () => {
		const asking = await startRegistry({
			auth: { kind: "basic", ...CREDENTIALS },
		});
		const open1 = open(asking.origin, { credentials: CREDENTIALS });
		expect(await open1.ping()).toEqual({ challenged: true });
		await open1.assertHealthy();
		const silent = await startRegistry();
		const open2 = open(silent.origin, { credentials: CREDENTIALS });
		expect(await open2.ping()).toEqual({ challenged: false });
		await open2.assertHealthy();
		// nobody asked for them, so nobody gets them
		expect(
			silent.requests.every(
				({ headers }) => headers.authorization === undefined,
			),
		).toBe(true);
	});

	test("catalog pages, and steps down where n is refused", async () => {
		const registry = await startRegistry({ catalogMax: 60 });
		const names = Array.from(
			{ length: 130 },
			(_, i) => `r${String(i).padStart(3, "0")}`,
		);
		for (const name of names) registry.store.repository(name);
		const client = open(registry.origin);
		expect(await collect(client.listRepositories())).toEqual(names);
		expect(registry.requests.map(({ url }) => url)).toEqual([
			"/v2/",
			"/v2/_catalog?n=1000",
			"/v2/_catalog?n=500",
			"/v2/_catalog?n=100",
			"/v2/_catalog?n=50",
			"/v2/_catalog?last=r049&n=50",
			"/v2/_catalog?last=r099&n=50",
		]);
	});

	test("tags: none, unknown, paged where the registry likes to", async () => {
		const registry = await startRegistry();
		const content = multiArch("a");
		registry.store.put("empty", content);
		registry.store.repository("interrupted");
		registry.store.put("many", content, "a", "b", "c");
		registry.before = ({ url }, response) => {
			if (!url?.startsWith("/v2/many/tags/list")) return false;
			const last = new URL(url, registry.origin).searchParams.get("last");
			const [first, next] = last === null ? ["a", "?last=a"] : ["b", ""];
			if (next) response.setHeader("link", `<list${next}>; rel="next"`);
			response.end(JSON.stringify({ name: "many", tags: [first] }));
			return true;
		};
		const client = open(registry.origin);
		expect(await collect(client.listTags("empty"))).toEqual([]);
		expect(await collect(client.listTags("interrupted"))).toEqual([]);
		expect(await collect(client.listTags("many"))).toEqual(["a", "b"]);
	});

	test("referrers: none where the API is not there, else descriptors", async () => {
		const registry = await startRegistry();
		registry.store.put("app", multiArch("a"), "v1");
		const client = open(registry.origin);
		expect(await client.listReferrers("app", sha256("x"))).toEqual([]);
		const descriptor = { mediaType: "a/b", digest: sha256("y"), size: 3 };
		registry.before = (_, response) => {
			response.end(
				JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }),
			);
			return true;
		};
		expect(await client.listReferrers("app", sha256("x"))).toEqual([
			descriptor,
		]);
	});

	test("a registry that sends no digest is hashed", async () => {
		const registry = await startRegistry();
		registry.before = (_, response) => {
			response.end("{}");
			return true;
		};
		const client = open(registry.origin);
		expect(await client.resolveTag("app", "v1")).toBe(
			digestOf(Buffer.from("{}")),
		);
	});

	test("an absent manifest is absent, in the registry's own words", async () => {
		const registry = await startRegistry();
		const client = open(registry.origin);
		const failure = await failureOf(client.fetchManifest("app", "v1"));
		expect(failure).toMatchObject({
			kind: "absent",
			status: 404,
			code: "MANIFEST_UNKNOWN",
		});
		expect(failure.message).toBe(
			`GET ${registry.origin}/v2/app/manifests/v1: 404 MANIFEST_UNKNOWN manifest unknown`,
		);
	});

	test("names that would lead out of the API are not asked for", async () => {
		const registry = await startRegistry();
		const client = open(registry.origin);
		for (const [repository, reference] of [
			["../../admin", "v1"],
			["a/../b", "v1"],
			["app", "../../../x"],
			["app", "v1?x"],
			["app", ""],
			["A", "v1"],
			["a b", "v1"],
		] as const)
			expect(
				await failureOf(client.fetchManifest(repository, reference)),
			).toMatchObject({ kind: "protocol" });
		expect(registry.requests).toEqual([]);
	});
});

describe("createClient", () => {
	const base = { origin: "https://r.io", deadline: Date.now() };
	test.each([
		[{ origin: "r.io" }, "origin"],
		[{ origin: "ftp://r.io" }, "origin"],
		[{ origin: "https://r.io/path" }, "origin"],
		[{ origin: "https://r.io?x" }, "origin"],
		[{ origin: "https://user:s3cret@r.io" }, "origin"],
		[{ ca: "no certificate" }, "ca"],
		[
			{ ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
			"ca",
		],
		[{ concurrency: 0 }, "concurrency"],
		[{ concurrency: 1.5 }, "concurrency"],
	])("refuses %j", (wrong, prop) => {
		expect(() => createClient({ ...base, ...wrong })).toThrow(`${prop}: got`);
		expect(() => createClient({ ...base, ...wrong })).not.toThrow("s3cret");
	});
});
