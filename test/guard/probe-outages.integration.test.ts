import { setTimeout as sleep } from "node:timers/promises";
import { type ProbeOptions, probe } from "../../lib/guard/probe";
import { RegistryError } from "../../lib/oci/errors";
import {
	type EmbeddedOptions,
	type EmbeddedRegistry,
	startEmbeddedRegistry,
} from "../support/embedded-registry";
import { Store } from "../support/embedded-registry/store";
import { image, multiArch } from "../support/images";
import { doubted, probeOptions, probing, told } from "../support/probing";
import { StoreClient } from "../support/store-client";

describe("a registry over HTTP", () => {
	let registry: EmbeddedRegistry;
	const lost = [...multiArch("0").manifests.keys()][0] ?? "";
	async function start(options: EmbeddedOptions = {}) {
		registry = await startEmbeddedRegistry(options);
		for (let r = 0; r < 6; r++)
			registry.store.put(`app/${r}`, multiArch(`${r}`), "v1");
	}
	afterEach(() => registry.close());

	test("goes down in the middle: partial, and nothing is called broken", async () => {
		await start();
		registry.store.deleteLink("app/0", lost);
		registry.before = ({ socket }) => {
			if (registry.requests.length < 30) return false;
			socket.destroy();
			return true;
		};
		const result = await probing(registry, { deadline: Date.now() + 900 });
		expect(told(result)).toEqual([]);
		expect(result.outcome).toBe("partial");
		expect(result.catalogError).toBeUndefined();
		expect(Object.keys(doubted(result)).sort()).toEqual(
			expect.arrayContaining(["network"]),
		);
		expect(result.counts.tags).toBeLessThan(6);
	});

	test("asks for patience: complete, and what is broken is told", async () => {
		await start();
		registry.store.deleteLink("app/0", lost);
		let nth = 0;
		registry.before = (_, response) => {
			if (++nth % 9 !== 0) return false;
			response.writeHead(nth % 2 ? 429 : 503, { "retry-after": "0" }).end();
			return true;
		};
		const result = await probing(registry);
		expect(told(result)).toEqual([`app/0:v1 manifest missing ${lost}`]);
		expect([result.outcome, doubted(result)]).toEqual(["complete", {}]);
	});

	test("accepts and never answers: over at the deadline, blind", async () => {
		await start();
		registry.before = () => true;
		const started = Date.now();
		const result = await probing(registry, { deadline: started + 300 });
		expect(Date.now() - started).toBeLessThan(1500);
		expect(result).toMatchObject({
			outcome: "blind",
			catalogError: "deadline",
		});
	});

	test("hangs on one blob: the rest is looked at, the run ends at the deadline", async () => {
		await start();
		const [blob = ""] = multiArch("1").blobs.keys();
		registry.before = ({ url = "" }) => url.endsWith(blob);
		const result = await probing(registry, { deadline: Date.now() + 2000 });
		expect([result.outcome, told(result), doubted(result)]).toEqual([
			"partial",
			[],
			{ deadline: 1 },
		]);
		expect(result.counts).toMatchObject({ repositories: 5, tags: 5 });
		expect(result.inconclusive).toEqual([
			{
				repository: "app/1",
				reason: "deadline",
				detail: "1 of 1 tags not looked at to their end",
			},
		]);
	});

	test("lets everybody in, though there are credentials: another one", async () => {
		await start();
		const result = await probing(registry, { expectChallenge: true });
		expect(result).toMatchObject({
			outcome: "blind",
			catalogError: "wrong-backend",
			counts: { requests: 1, tags: 0 },
		});
		expect(registry.requests).toHaveLength(1);
	});

	test("asks for credentials that are wrong, or that nobody has", async () => {
		await start({ auth: { kind: "basic", user: "u", password: "p" } });
		const right = { user: "u", password: "p" };
		expect(await probing(registry)).toMatchObject({
			outcome: "blind",
			catalogError: "auth",
		});
		expect(
			await probing(registry, {
				credentials: { ...right, password: "x" },
				expectChallenge: true,
			}),
		).toMatchObject({ outcome: "blind", catalogError: "auth" });
		expect(
			await probing(registry, { credentials: right, expectChallenge: true }),
		).toMatchObject({ outcome: "complete" });
	});

	test("speaks HTML", async () => {
		await start();
		registry.before = (_, response) => {
			response.writeHead(200, { "content-type": "text/html" }).end("<html>");
			return true;
		};
		expect(await probing(registry)).toMatchObject({
			outcome: "blind",
			catalogError: "protocol",
		});
	});

	test("breaks off in the catalog: what was listed is looked at, and told", async () => {
		await start({ catalogMax: 4 });
		registry.store.deleteLink("app/0", lost);
		registry.before = ({ url = "" }, response) => {
			if (!url.includes("last=")) return false;
			response.writeHead(401, { "www-authenticate": "Basic" }).end();
			return true;
		};
		const result = await probing(registry);
		expect(told(result)).toEqual([`app/0:v1 manifest missing ${lost}`]);
		expect(result).toMatchObject({
			outcome: "partial",
			catalogError: "auth",
			listedRepositories: 4,
		});
	});

	test("has one tag list that cannot be read", async () => {
		await start();
		registry.before = ({ url = "" }, response) => {
			if (url.startsWith("/v2/app/3/tags"))
				response.writeHead(200).end("[truncated");
			return url.startsWith("/v2/app/3/tags");
		};
		const result = await probing(registry);
		expect([result.outcome, doubted(result)]).toEqual([
			"partial",
			{ protocol: 1 },
		]);
		expect(result.counts).toMatchObject({ repositories: 5, tags: 5 });
	});
});

describe("a run that is too long", () => {
	let store: Store;
	let client: StoreClient;
	beforeEach(() => {
		store = new Store(false);
		client = new StoreClient(store);
		for (let r = 0; r < 400; r++)
			store.put(`app/${r}`, image(`${r}`), "v1", "v2");
	});
	const run = (options: Partial<ProbeOptions>) =>
		probe({ ...probeOptions(client), concurrency: 2, ...options });

	test("says what it did not see, once for a repository, and not without end", async () => {
		client.before = () => sleep(2);
		const result = await run({ deadline: Date.now() + 200 });
		const { counts, inconclusive, inconclusiveCounts, outcome, listedTags } =
			result;
		expect(outcome).toBe("partial");
		expect(counts.tags).toBeGreaterThan(0);
		expect(counts.tags).toBeLessThan(300);
		expect(counts.tags).toBeLessThanOrEqual(listedTags);
		expect(result.listedRepositories).toBe(400);
		// a repository is looked at, or cut, or was never begun
		expect(
			counts.repositories + inconclusiveCounts.deadline,
		).toBeGreaterThanOrEqual(400);
		expect(inconclusive.length).toBeLessThanOrEqual(101);
		expect(inconclusive.at(-1)?.detail).toMatch(/^and \d+ more$/);
		expect(told(result)).toEqual([]);
	});

	test("keeps its end for the second look: what it found is told", async () => {
		const [lost = ""] = image("0").blobs.keys();
		store.deleteBlob(lost);
		const deadline = Date.now() + 1000;
		client.before = async () => {
			await sleep(5);
			if (Date.now() >= deadline) throw new RegistryError("deadline", "over");
		};
		const result = await run({ deadline });
		expect(told(result)).toEqual([`app/0:v1,v2 config missing ${lost}`]);
		expect(result.outcome).toBe("partial");
	});

	test("that is told to end comes to its end at once", async () => {
		client.before = ({ nth }) => {
			if (nth > 200) throw new RegistryError("deadline", "told to end");
		};
		const result = await run({});
		expect(result.outcome).toBe("partial");
		expect(Object.keys(doubted(result))).toEqual(["deadline"]);
		expect(result.counts.tags).toBeLessThan(200);
	});
});
