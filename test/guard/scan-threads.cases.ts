import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { scan } from "../../lib/guard/scan/scan";
import {
	type StartThread,
	scanThread,
	type ThreadLook,
} from "../../lib/guard/scan/scan-thread";
import { threadsOf } from "../../lib/guard/scan/threads-of";
import { children } from "../support/damage";
import { multiArch } from "../support/images";
import { plant, Storage } from "../support/storage";

/** More than one thread would look at alone. */
const REPOSITORIES = 130;
const name = (number: number) => `team/app-${String(number).padStart(3, "0")}`;
const small = (seed: string) => multiArch(seed, { architectures: ["amd64"] });

let base: string;
beforeAll(() => {
	base = mkdtempSync(join(tmpdir(), "threads-"));
	const storage = new Storage(base);
	for (let number = 0; number < REPOSITORIES; number++) {
		const content = small(`threads/${number}`);
		storage.put(name(number), content, "v1");
		const [child = ""] = children(content, content.root);
		if (number % 10 === 3) plant.missing(storage.blob(child));
		if (number % 10 === 7)
			plant.missing(storage.revisionLink(name(number), child));
		if (number % 10 === 9)
			plant.missing(storage.blob(children(content, child).at(-1) ?? ""));
	}
});
afterAll(() => rmSync(base, { recursive: true }));

/** A scan without the times in it. */
async function look(more: Partial<Parameters<typeof scan>[0]> = {}) {
	const seen = await scan({ base, full: false, cache: false, ...more });
	return {
		...seen,
		stores: seen.stores.map((each) => ({ ...each, durationSeconds: 0 })),
	};
}

/** The second thread in the first: what goes between them is cloned as between two. */
function thread(looks: ThreadLook[], most = Infinity): StartThread {
	return (work, receive) =>
		scanThread(structuredClone(work), (look) => {
			if (looks.length === most) throw new Error("out of memory");
			looks.push(look);
			receive(structuredClone(look));
		});
}

describe("two threads", () => {
	test("see together what one sees, in the same order", async () => {
		const looks: ThreadLook[] = [];
		const together = await look({ startThread: thread(looks) });
		expect(together).toEqual(await look());
		expect(together.findings).toHaveLength(39);
		expect(together.counts.repositories).toBe(REPOSITORIES);
		expect(looks.length).toBeGreaterThan(0);
		expect(looks.length).toBeLessThan(REPOSITORIES);
	});

	test("one that dies is told, and what it had taken is looked at all the same", async () => {
		const lines: string[] = [];
		const seen = await look({
			startThread: thread([], 5),
			log: (line) => lines.push(line),
		});
		expect(seen).toEqual(await look());
		expect(lines).toEqual(["a thread of the scan ended: out of memory"]);
	});

	test("a stop reaches both; what was looked at before it is not lost", async () => {
		const stop = new AbortController();
		const looks: ThreadLook[] = [];
		const { outcome, counts, inconclusive, findings } = await look({
			startThread: thread(looks),
			stop: stop.signal,
			onProgress: ({ repositories }) => {
				if (repositories === 40) stop.abort();
			},
		});
		expect(outcome).toBe("partial");
		const { repositories } = counts;
		expect(repositories).toBeGreaterThanOrEqual(40);
		expect(repositories).toBeLessThan(REPOSITORIES);
		expect(findings.length).toBeGreaterThanOrEqual(12);
		expect(inconclusive).toContainEqual({
			reason: "deadline",
			detail: `stopped: ${REPOSITORIES - repositories} of ${REPOSITORIES} repositories were not looked at`,
		});
	});

	test("layer links of what both looked at are removed, each once", async () => {
		const lines: string[] = [];
		const looks: ThreadLook[] = [];
		const options = {
			layerLinks: "list",
			log: (line: string) => lines.push(line),
		} as const;
		await look(options);
		const alone = lines.splice(0);
		expect(alone).toHaveLength(13);
		await look({ ...options, startThread: thread(looks) });
		expect(lines).toEqual(alone);
	});

	test("every blob is hashed by one alone: only that one knows what was hashed", async () => {
		const startThread = jest.fn<ReturnType<StartThread>, []>();
		await look({ full: true, startThread });
		expect(startThread).not.toHaveBeenCalled();
	});
});

describe("a program as a thread", () => {
	const cells = new Int32Array(new SharedArrayBuffer(8));
	const plain = new Uint8Array(new SharedArrayBuffer(256));
	const store = { name: "private", path: "/private" };
	const work = {
		store,
		root: "/",
		isCache: false,
		names: ["app"],
		cells,
		plain,
	};
	/** What a program sends as a thread until it has ended. */
	async function run(text: string): Promise<unknown[] | undefined> {
		const program = join(base, "program.cjs");
		writeFileSync(program, text);
		const sent: unknown[] = [];
		const startThread = threadsOf(program);
		expect(startThread !== undefined).toBe(availableParallelism() > 1);
		await startThread?.(work, (look) => sent.push(look));
		return startThread && sent;
	}

	test("all that it sent was received when it has ended, and the cells are the same", async () => {
		const sent = await run(
			`const { parentPort, workerData } = require("node:worker_threads");
			for (let at = 0; at < 1000; at++) parentPort.postMessage(at);
			Atomics.store(workerData.cells, 1, 1);`,
		);
		expect(sent?.length ?? 1000).toBe(1000);
		expect(Atomics.load(cells, 1)).toBe(sent ? 1 : 0);
	});

	test("one that dies fails", async () => {
		const died = run('throw new Error("no memory")');
		if (availableParallelism() > 1)
			await expect(died).rejects.toThrow("no memory");
		else expect(await died).toBeUndefined();
	});
});
