import { type ProbeOptions, probe } from "../../lib/guard/probe";
import { RegistryError } from "../../lib/oci/errors";
import { Store } from "../support/embedded-registry/store";
import { image, multiArch } from "../support/images";
import { doubted, probeOptions, told } from "../support/probing";
import { type StoreCall, StoreClient } from "../support/store-client";

let store: Store;
let client: StoreClient;
const content = multiArch("app");
const [child = "", , ,] = [...content.manifests.keys()];
const [config = "", layer = ""] = [...content.blobs.keys()];

beforeEach(() => {
	store = new Store(false);
	client = new StoreClient(store);
	store.put("app", content, "v1");
	store.put("whole", multiArch("whole"), "v1");
});

const run = (options: Partial<ProbeOptions> = {}) =>
	probe({ ...probeOptions(client), ...options });
const asked = (reference: string) =>
	client.calls.filter((call) => call.reference === reference).length;

function fail(kind: RegistryError["kind"], status?: number): never {
	throw new RegistryError(kind, `made up: ${status ?? kind}`, {
		...(status !== undefined && { status }),
	});
}
const absent = () => fail("absent", 404);

/** Fails the first so many calls that match. */
function failing(
	count: number,
	matches: (call: StoreCall) => boolean,
	how: () => never,
) {
	let left = count;
	client.before = (call) => {
		if (left > 0 && matches(call)) {
			left--;
			how();
		}
	};
}

describe("tags that move while they are walked", () => {
	/** Puts the tag on new content and removes the old the moment its child is asked for. */
	function moving(...to: string[]) {
		client.before = ({ reference, method }) => {
			if (method !== "fetchManifest" || !reference.includes(":")) return;
			const next = to.shift();
			if (next === undefined) return;
			for (const digest of content.manifests.keys())
				store.repository("app").revisions.delete(digest);
			const fresh = multiArch(next);
			store.put("app", fresh, "v1");
			// the new one is replaced in its turn
			if (to.length > 0)
				for (const digest of fresh.manifests.keys())
					if (digest !== fresh.root) store.deleteLink("app", digest);
		};
	}

	test("once: walked again from the start, nothing told", async () => {
		moving("new");
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], {}]);
		expect(asked([...multiArch("new").blobs.keys()][0] ?? "")).toBe(1);
	});

	test("again and again: inconclusive, and the run is complete", async () => {
		let nth = 0;
		client.before = ({ repository, method, reference }) => {
			if (repository !== "app" || method !== "fetchManifest") return;
			if (!reference.includes(":")) return;
			// whatever is asked for is gone, and the tag is on something else
			store.repository("app").revisions.delete(reference);
			store.put("app", image(`new ${nth++}`), "v1");
		};
		// an index again whenever the tag is asked for
		const [first, second] = [multiArch("x"), multiArch("y")];
		store.put("app", first, "v1");
		const before = client.before;
		client.before = (call) => {
			before(call);
			if (call.method === "fetchManifest" && call.reference === "v1")
				store.put("app", nth % 2 ? first : second, "v1");
		};
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], { moved: 1 }]);
		expect(result.outcome).toBe("complete");
		expect(result.inconclusive).toEqual([
			expect.objectContaining({ repository: "app", tag: "v1" }),
		]);
	});

	test("deleted meanwhile: dropped", async () => {
		client.before = ({ reference }) => {
			if (reference !== child) return;
			store.repository("app").tags.delete("v1");
			for (const digest of content.manifests.keys())
				store.repository("app").revisions.delete(digest);
		};
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], {}]);
	});

	test("deleted between the list and the look: dropped; listed to the end: dangling", async () => {
		store.pointTag("app", "gone");
		store.pointTag("app", "dangling");
		client.before = ({ method, reference }) => {
			if (method === "fetchManifest" && reference === "gone")
				store.repository("app").tags.delete("gone");
		};
		expect(told(await run())).toEqual(["app:dangling tag dangling-tag -"]);
	});

	test("one of two tags on a broken node moves: the other is told, on its own way", async () => {
		store.put("app", content, "a-first");
		store.deleteBlob(layer);
		client.before = ({ method }) => {
			if (method === "assertHealthy") store.put("app", image("new"), "a-first");
		};
		const { findings, broken } = await run();
		expect(findings).toEqual([
			expect.objectContaining({ digest: layer, tags: ["v1"] }),
		]);
		expect(findings[0]?.path[0]?.digest).toBe(content.root);
		expect(broken).toHaveLength(1);
	});
});

describe("what is gone on the second look", () => {
	test("a child that answered 404 once: no finding, and what hangs under it was looked at", async () => {
		failing(1, ({ reference }) => reference === child, absent);
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], {}]);
		expect(asked(config)).toBeGreaterThan(0);
		expect(asked(layer)).toBeGreaterThan(0);
	});

	test("what hangs under it is told where it is broken", async () => {
		store.deleteBlob(layer);
		failing(1, ({ reference }) => reference === child, absent);
		expect(told(await run())).toEqual([`app:v1 layer missing ${layer}`]);
	});

	test("a child that keeps coming and going is inconclusive", async () => {
		let asks = 0;
		client.before = ({ reference }) => {
			if (reference === child && asks++ % 2 === 0) absent();
		};
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], { moved: 1 }]);
	});

	test.each([
		["a blob", layer],
		["a tag", "v1"],
	])("%s that answered 404 once", async (_, reference) => {
		failing(1, (call) => call.reference === reference, absent);
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], {}]);
		expect(result.counts.tags).toBe(2);
	});

	test("a 500 that is over", async () => {
		failing(
			1,
			({ reference }) => reference === child,
			() => fail("server-error", 500),
		);
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], {}]);
	});
});

describe("what is never a finding", () => {
	test("a 404 from a registry that is not healthy", async () => {
		client.before = ({ reference, method }) => {
			if (reference === child) absent();
			if (method === "assertHealthy") fail("protocol", 200);
		};
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([[], { protocol: 1 }]);
		expect(result.outcome).toBe("partial");
	});

	test("a 404 before a registry is healthy again", async () => {
		let looks = 0;
		client.before = ({ reference, method }) => {
			if (reference === child) absent();
			if (method === "assertHealthy" && looks++ === 0) fail("protocol", 200);
		};
		expect(doubted(await run())).toEqual({ protocol: 1 });
	});

	test("a 404 before a registry fell ill", async () => {
		let looks = 0;
		client.before = ({ reference, method }) => {
			if (reference === child) absent();
			if (method === "assertHealthy" && looks++ > 0) fail("network");
		};
		expect(doubted(await run())).toEqual({ network: 1 });
	});

	test("every blob answering 500", async () => {
		client.before = ({ method }) => {
			if (method === "readBlob") fail("server-error", 500);
		};
		const result = await run();
		const blobs = new Set([
			...content.blobs.keys(),
			...multiArch("whole").blobs.keys(),
		]);
		expect([told(result), doubted(result)]).toEqual([
			[],
			{ "server-error": blobs.size },
		]);
		expect(result.outcome).toBe("partial");
		// a sick backend is not asked about each of them once more
		expect(
			client.calls.filter(({ method }) => method === "readBlob"),
		).toHaveLength(blobs.size);
	});

	test("every manifest answering 500, tags and all", async () => {
		client.before = ({ method }) => {
			if (method === "fetchManifest" || method === "resolveTag")
				fail("server-error", 500);
		};
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([
			[],
			{ "server-error": 2 },
		]);
		expect(result.counts).toMatchObject({ tags: 0, manifests: 0 });
	});

	test("a 500 while its neighbours fail on the second look", async () => {
		let isOver = false;
		client.before = ({ method, reference }) => {
			if (method === "assertHealthy") isOver = true;
			if (reference === layer || (isOver && method === "readBlob"))
				fail("server-error", 500);
		};
		expect(doubted(await run())).toEqual({ "server-error": 1 });
	});

	test("a 500 whose neighbours fail right after it", async () => {
		let isOver = false;
		client.before = ({ method, reference, repository }) => {
			if (isOver && method === "readBlob") fail("server-error", 500);
			if (reference !== layer) return;
			// asked the second time, with the neighbour before it
			isOver = asked(layer) > 1 && repository === "app";
			fail("server-error", 500);
		};
		expect(doubted(await run())).toEqual({ "server-error": 1 });
	});

	test("a blob that is cut while its neighbours are, too", async () => {
		store = new Store(true);
		client = new StoreClient(store);
		store.put("app", content, "v1");
		store.truncateBlob(layer, 5);
		client.before = ({ method }) => {
			if (method !== "assertHealthy") return;
			for (const digest of content.blobs.keys())
				if (digest !== layer) store.truncateBlob(digest, 0);
		};
		expect(doubted(await run())).toEqual({ "server-error": 1 });
	});

	test("every blob cut, as a warm cache before a lost disk shows it", async () => {
		store = new Store(true);
		client = new StoreClient(store);
		store.put("app", content, "v1");
		for (const digest of content.blobs.keys()) store.deleteBlob(digest);
		const result = await run();
		expect([told(result), doubted(result)]).toEqual([
			[],
			{ "server-error": content.blobs.size },
		]);
		// one that answers, and all the others are broken
		store.put("whole", image("whole"), "v1");
		expect((await run()).findings).toHaveLength(content.blobs.size);
	});

	test.each([502, 503, 504])("a %d, however long", async (status) => {
		client.before = ({ reference }) => {
			if (reference === layer) fail("server-error", status);
		};
		expect(doubted(await run())).toEqual({ "server-error": 1 });
	});

	test("a blob cut at another byte each time", async () => {
		store = new Store(true);
		client = new StoreClient(store);
		store.put("app", content, "v1");
		let size = 600;
		client.before = ({ reference }) => {
			if (reference === layer) store.truncateBlob(layer, size--);
		};
		const result = await run({ mode: "full" });
		expect([told(result), doubted(result)]).toEqual([[], { network: 1 }]);
	});

	test("anything of a registry that goes down, and what was found before stays", async () => {
		store.deleteBlob(layer);
		for (let i = 0; i < 40; i++)
			store.put(`more/${i}`, image(`more ${i}`), "v1");
		let downFrom = Number.POSITIVE_INFINITY;
		client.before = ({ method, reference, nth }) => {
			if (method === "assertHealthy") downFrom = Number.POSITIVE_INFINITY;
			if (nth > downFrom) fail("network");
			if (reference === layer && downFrom > 1e6) downFrom = nth + 20;
		};
		const result = await run();
		expect(told(result)).toEqual([`app:v1 layer missing ${layer}`]);
		expect(result.outcome).toBe("partial");
		expect(result.counts.tags).toBeLessThan(42);
		expect(result.inconclusiveCounts.network).toBeGreaterThan(0);
	});
});

describe("what is a finding", () => {
	test("a tag whose answer contradicts its own digest, though nothing is under that", async () => {
		const fetch = client.fetchManifest.bind(client);
		const other = `sha256:${"0".repeat(64)}`;
		client.fetchManifest = async (repository, reference) => {
			const answer = await fetch(repository, reference);
			return reference === "v1" && repository === "app"
				? { ...answer, headerDigest: other }
				: answer;
		};
		client.resolveTag = async (repository) =>
			repository === "app" ? other : multiArch("whole").root;
		expect((await run()).findings).toMatchObject([
			{ tags: ["v1"], digest: other, reason: "digest" },
		]);
	});

	test("a 500 on one object that stays, while its neighbours answer", async () => {
		client.before = ({ reference }) => {
			if (reference === layer || reference === child) fail("server-error", 500);
		};
		// each hides nothing of the other: they hang under different manifests
		store.put("other", image("other"), "v1");
		expect(told(await run())).toEqual([`app:v1 manifest unreadable ${child}`]);
	});

	test("also where the neighbour was deleted meanwhile: its backend answers", async () => {
		client.before = ({ method, reference }) => {
			if (reference === layer) fail("server-error", 500);
			if (method !== "assertHealthy") return;
			for (const { layers } of store.repositories.values()) layers.clear();
		};
		expect(told(await run())).toEqual([`app:v1 layer unreadable ${layer}`]);
	});

	test("costs a look at the registry before and after, at the tag, and at the node", async () => {
		store.deleteBlob(layer);
		await run();
		const after = client.calls.slice(
			client.calls.findIndex(({ method }) => method === "assertHealthy"),
		);
		expect(after.map(({ method }) => method)).toEqual([
			"assertHealthy",
			"resolveTag",
			"readBlob",
			"assertHealthy",
		]);
	});
});
