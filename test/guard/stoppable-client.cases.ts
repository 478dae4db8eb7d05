import { stoppableClient } from "../../lib/guard/stoppable-client";
import type { RegistryClient } from "../../lib/oci/client";

const stats = { requests: 3, throttled: 0, bytes: 0, tlsNotAfter: undefined };
const forever = new Promise<never>(() => {});

function client(part: Partial<RegistryClient>): RegistryClient {
	return {
		origin: "https://r",
		stats,
		close: () => {},
		...part,
	} as RegistryClient;
}

test("passes everything through until it is told to stop", async () => {
	const stoppable = stoppableClient(
		client({
			resolveTag: async (repository, tag) => `${repository}:${tag}`,
			listTags: async function* () {
				yield ["a"];
				yield ["b"];
			},
			assertHealthy: () => Promise.reject(new Error("ill")),
		}),
		new AbortController().signal,
	);
	expect(await stoppable.resolveTag("r", "t")).toBe("r:t");
	const pages: (readonly string[])[] = [];
	for await (const page of stoppable.listTags("r")) pages.push(page);
	expect(pages).toEqual([["a"], ["b"]]);
	await expect(stoppable.assertHealthy()).rejects.toThrow("ill");
	expect(stoppable.stats.requests).toBe(3);
});

test("after the grace every call fails as at the deadline, also those under way", async () => {
	const stop = new AbortController();
	const stoppable = stoppableClient(
		client({
			ping: () => forever,
			resolveTag: async () => "sha256:1",
			listTags: async function* () {
				yield ["a"];
				await forever;
			},
		}),
		stop.signal,
		20,
	);
	const pages = stoppable.listTags("r")[Symbol.asyncIterator]();
	expect(await pages.next()).toEqual({ done: false, value: ["a"] });
	const under = [stoppable.ping(), pages.next()];
	stop.abort();
	// within the grace there is time for a second look
	expect(await stoppable.resolveTag("r", "t")).toBe("sha256:1");
	for (const call of under)
		await expect(call).rejects.toMatchObject({ kind: "deadline" });
	await expect(stoppable.resolveTag("r", "t")).rejects.toMatchObject({
		kind: "deadline",
	});
});

test("told to stop before it began", async () => {
	const stoppable = stoppableClient(
		client({ ping: () => forever }),
		AbortSignal.abort(),
		5,
	);
	await expect(stoppable.ping()).rejects.toMatchObject({ kind: "deadline" });
});
