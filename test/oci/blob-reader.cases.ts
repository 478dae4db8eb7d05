import { once } from "node:events";
import type { RegistryClient } from "../../lib/oci/client";
import type { Descriptor } from "../../lib/oci/descriptor";
import { digestOf } from "../../lib/oci/digest";
import type { EmbeddedRegistry } from "../support/embedded-registry";
import { image, seededBytes } from "../support/images";
import { closeAll, failureOf, open, startRegistry } from "./harness";

afterEach(closeAll);

const SIZE = 648;
let registry: EmbeddedRegistry;
let client: RegistryClient;
let layer: Descriptor;

async function seed(warm: boolean): Promise<void> {
	registry = await startRegistry({ warm });
	const content = image("a", { layers: 1, layerSize: SIZE });
	registry.store.put("app", content, "v1");
	const [digest = ""] = [...content.blobs.keys()].slice(-1);
	layer = { mediaType: "", digest, size: SIZE };
	client = open(registry.origin);
}

/** A registry that holds one blob of these bytes; `serve` answers for it where it is given. */
async function hold(bytes: Buffer, serve?: EmbeddedRegistry["before"]) {
	registry = await startRegistry();
	const digest = digestOf(bytes);
	registry.store.writeBlob(digest, bytes);
	registry.store.repository("app").layers.add(digest);
	registry.before =
		serve &&
		((request, response) => request.url !== "/v2/" && serve(request, response));
	client = open(registry.origin);
	return { mediaType: "", digest, size: bytes.length };
}

const read = (depth: "head" | "tail" | "full") =>
	client.readBlob("app", layer, depth);
const seen = {
	claimedSize: SIZE,
	bytesRead: 0,
	cut: false,
	digest: undefined,
	weak: false,
};

describe("readBlob on a whole blob", () => {
	test("head sees the length, tail one byte, full all of them", async () => {
		await seed(false);
		expect(await read("head")).toEqual(seen);
		expect(await read("tail")).toEqual({ ...seen, bytesRead: 1 });
		expect(client.stats.bytes).toBe(0);
		expect(await read("full")).toEqual({
			...seen,
			bytesRead: SIZE,
			digest: layer.digest,
		});
		expect(client.stats.bytes).toBe(SIZE);
		expect(
			registry.requests.map(({ method, headers }) => [method, headers.range]),
		).toEqual([
			["GET", undefined],
			["HEAD", undefined],
			["GET", "bytes=-1"],
			["GET", undefined],
		]);
	});

	test("an empty blob is whole at every depth", async () => {
		const empty = await hold(Buffer.alloc(0));
		const whole = { claimedSize: 0, bytesRead: 0, cut: false, weak: false };
		for (const depth of ["tail", "full"] as const)
			expect(await client.readBlob("app", empty, depth)).toEqual({
				...whole,
				digest: empty.digest,
			});
		expect(await client.readBlob("app", empty, "head")).toEqual({
			...whole,
			digest: undefined,
		});
	});

	test("sha512 is hashed, an unknown algorithm is only counted", async () => {
		const bytes = seededBytes("x", 100);
		await hold(bytes);
		const sha512 = digestOf(bytes, "sha512");
		for (const digest of [sha512, "blake3:abc"]) {
			registry.store.writeBlob(digest, bytes);
			registry.store.repository("app").layers.add(digest);
			const reading = await client.readBlob(
				"app",
				{ mediaType: "", digest, size: 100 },
				"full",
			);
			expect(reading).toMatchObject({
				bytesRead: 100,
				digest: digest === sha512 ? sha512 : undefined,
			});
		}
	});
});

describe("readBlob where a page for people answers", () => {
	const page = "<!doctype html><title>Sign in</title>";

	test.each(["head", "tail", "full"] as const)(
		"%s is protocol",
		async (depth) => {
			await hold(Buffer.from("x"), (_, response) => {
				response.writeHead(200, {
					"content-type": "text/html; charset=utf-8",
					"content-length": page.length,
				});
				response.end(page);
				return true;
			});
			layer = { mediaType: "", digest: digestOf(Buffer.from("x")), size: 1 };
			expect(await failureOf(read(depth))).toMatchObject({
				kind: "protocol",
				message: expect.stringContaining("an HTML page"),
			});
		},
	);

	test("a blob that is a page itself is one", async () => {
		const blob = await hold(Buffer.from(page), (_, response) => {
			response.writeHead(200, { "content-type": "text/html" });
			response.end(page);
			return true;
		});
		const artifact = { ...blob, mediaType: "text/html" };
		expect(await client.readBlob("app", artifact, "full")).toMatchObject({
			digest: blob.digest,
		});
	});
});

describe("readBlob on a damaged blob", () => {
	test.each([
		["missing", () => registry.store.deleteBlob(layer.digest)],
		["unlinked", () => registry.store.deleteLink("app", layer.digest)],
	])("cold, %s: absent at every depth", async (_, damage) => {
		await seed(false);
		damage();
		for (const depth of ["head", "tail", "full"] as const)
			expect(await failureOf(read(depth))).toMatchObject({ kind: "absent" });
	});

	test("cold, truncated: the size tells", async () => {
		await seed(false);
		registry.store.truncateBlob(layer.digest, 324);
		expect(await read("head")).toEqual({ ...seen, claimedSize: 324 });
		expect(await read("tail")).toEqual({
			...seen,
			claimedSize: 324,
			bytesRead: 1,
		});
	});

	test("cold, 0 bytes: a range of nothing", async () => {
		await seed(false);
		registry.store.truncateBlob(layer.digest, 0);
		expect(await read("tail")).toEqual({ ...seen, claimedSize: 0 });
	});

	test.each([
		["missing", () => registry.store.deleteBlob(layer.digest)],
		["truncated", () => registry.store.truncateBlob(layer.digest, 324)],
		["0 bytes", () => registry.store.truncateBlob(layer.digest, 0)],
	])("warm, %s: head is blind, the tail is cut", async (_, damage) => {
		await seed(true);
		damage();
		expect(await read("head")).toEqual(seen);
		expect(await read("tail")).toEqual({ ...seen, cut: true });
		expect(await read("full")).toMatchObject({ cut: true, digest: undefined });
	});

	test("same size, other bytes: only full sees it", async () => {
		await seed(true);
		registry.store.corruptBlob(layer.digest);
		expect(await read("tail")).toEqual({ ...seen, bytesRead: 1 });
		const { digest, bytesRead } = await read("full");
		expect(bytesRead).toBe(SIZE);
		expect(digest).toMatch(/^sha256:/);
		expect(digest).not.toBe(layer.digest);
	});

	test("one cut is the network, two are the blob", async () => {
		await seed(false);
		let cuts = 0;
		registry.before = (request, response) => {
			if (!request.url?.includes("/blobs/") || cuts++ > 0) return false;
			response.writeHead(206, {
				"content-length": 1,
				"content-range": `bytes 647-647/${SIZE}`,
			});
			response.flushHeaders();
			setImmediate(() => response.destroy());
			return true;
		};
		expect(await read("tail")).toEqual({ ...seen, bytesRead: 1 });
		expect(cuts).toBe(2);
	});
});

describe("readBlob where a range is answered 200", () => {
	test("a small blob is read whole and hashed, and is weak all the same", async () => {
		const bytes = seededBytes("small", 5000);
		const blob = await hold(bytes, (_, response) => {
			response.end(bytes);
			return true;
		});
		expect(await client.readBlob("app", blob, "tail")).toEqual({
			claimedSize: 5000,
			bytesRead: 5000,
			cut: false,
			digest: blob.digest,
			weak: true,
		});
	});

	test("a large one to its first byte, then the connection is closed", async () => {
		const bytes = Buffer.alloc(3 * 1024 * 1024, 7);
		let cut: Promise<unknown> | undefined;
		const blob = await hold(bytes, (request, response) => {
			response.writeHead(200, { "content-length": bytes.length });
			response.write(bytes.subarray(0, 1));
			cut = once(request.socket, "close");
			return true;
		});
		expect(await client.readBlob("app", blob, "tail")).toEqual({
			claimedSize: bytes.length,
			bytesRead: 1,
			cut: false,
			digest: undefined,
			weak: true,
		});
		expect(cut).toBeDefined();
		await cut;
	});

	test("416 says how much there is", async () => {
		const blob = await hold(Buffer.from("abc"), (_, response) => {
			response.writeHead(416, { "content-range": "bytes */0" });
			response.end();
			return true;
		});
		expect(await client.readBlob("app", blob, "tail")).toMatchObject({
			claimedSize: 0,
			bytesRead: 0,
			cut: false,
		});
	});

	test("a body without an end is left once it is longer than it may be", async () => {
		const blob = await hold(Buffer.from("abc"), (_, response) => {
			const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
			response.on("close", () => clearInterval(timer));
			return true;
		});
		const reading = await client.readBlob("app", blob, "full");
		expect(reading).toMatchObject({
			claimedSize: undefined,
			digest: undefined,
			cut: false,
		});
		expect(reading.bytesRead).toBeGreaterThan(3);
		expect(reading.bytesRead).toBeLessThan(1024 * 1024);
	});
});
