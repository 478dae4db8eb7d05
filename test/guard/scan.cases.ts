import { execFileSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { removeLayerLink } from "../../lib/guard/scan/remove-layer-link";
import { scan } from "../../lib/guard/scan/scan";
import type { ScanFinding } from "../../lib/guard/scan/scan-result";
import { children } from "../support/damage";
import {
	type Content,
	image,
	index,
	multiArch,
	sha256,
} from "../support/images";
import { plant, Storage } from "../support/storage";
import { plantedStore } from "./planted-store";

const APP = multiArch("scan/app");
const [CHILD = ""] = children(APP, APP.root);
const [CONFIG = "", LAYER = ""] = children(APP, CHILD);

let base: string;
let store: string;
let storage: Storage;
beforeEach(() => {
	({ base, store, storage } = plantedStore(APP));
});
afterEach(() => rmSync(base, { recursive: true }));

const look = (more: Partial<Parameters<typeof scan>[0]> = {}) =>
	scan({ base: store, full: false, cache: false, ...more });
/** A signal that answers by how often it was asked. */
function asked(isAborted: (times: number) => boolean): AbortSignal {
	let times = 0;
	const get = () => isAborted(++times);
	return Object.defineProperty(new AbortController().signal, "aborted", {
		get,
	});
}
const brief = ({ kind, digest, reason, tags }: ScanFinding) => ({
	kind,
	digest,
	reason,
	tags,
});
const root = (...path: string[]) => join(store, "docker/registry/v2", ...path);

function lastLayerOf(seed: string): string {
	const content = multiArch(seed);
	const [child = ""] = children(content, content.root);
	return children(content, child).at(-1) ?? "";
}

describe("stores", () => {
	test("one store, whole", async () => {
		const { outcome, counts, findings, inconclusive, stores } = await look();
		expect({ outcome, findings, inconclusive }).toEqual({
			outcome: "complete",
			findings: [],
			inconclusive: [],
		});
		expect(counts).toMatchObject({
			repositories: 1,
			tags: 1,
			indexes: 1,
			manifests: 4,
			blobs: APP.blobs.size,
			requests: 0,
		});
		expect(stores).toMatchObject([{ name: "private", isCache: false }]);
	});

	test("a parent of stores: each by name, what is none is passed over, break-glass tarballs too", async () => {
		new Storage(join(base, "ghcr")).put("a/b", APP, "v1");
		new Storage(join(base, "_breakglass")).put("old", APP, "v1");
		mkdirSync(join(base, "lost+found"));
		plant.missing(storage.revisionLink("app", CHILD));
		const { stores, findings, outcome } = await look({ base });
		expect(stores.map(({ name }) => name)).toEqual(["ghcr", "private"]);
		expect(findings.map((each) => each.store)).toEqual(["private"]);
		expect(outcome).toBe("complete");
	});

	test.each([
		["does not exist", () => join(base, "nothing"), /no such file/],
		["is a file", () => storage.blob(LAYER), /a file in place of a folder/],
		["is no store", () => join(store, "docker"), /no docker\/registry\/v2/],
	])("a base that %s: blind, and it says so", async (_, at, detail) => {
		const { outcome, inconclusive, findings } = await look({ base: at() });
		expect({ outcome, findings }).toEqual({ outcome: "blind", findings: [] });
		expect(inconclusive).toEqual([
			{ reason: "wrong-backend", detail: expect.stringMatching(detail) },
		]);
	});

	test("a registry without any repository is not whole, a cache without any is", async () => {
		rmSync(root("repositories"), { recursive: true });
		expect(await look()).toMatchObject({
			outcome: "blind",
			inconclusive: [{ reason: "catalog-shrunk" }],
		});
		expect(await look({ cache: true })).toMatchObject({ outcome: "complete" });
	});

	test("a store whose config says so is a cache, and an empty one is whole", async () => {
		mkdirSync(join(base, "quay"));
		mkdirSync(join(base, "empty"));
		const config = "proxy:\n  remoteurl: https://quay.io\n";
		writeFileSync(join(base, "config-quay.yml"), config);
		writeFileSync(join(base, "config-empty.yml"), "version: 0.1\n");
		const { stores, inconclusive, outcome } = await look({ base });
		expect(stores).toMatchObject([
			{ name: "private", isCache: false },
			{ name: "quay", isCache: true, outcome: "complete" },
		]);
		const own = `proxy: {remoteurl: x}\nstorage: {filesystem: {rootdirectory: ${store}}}`;
		writeFileSync(join(base, "config.yml"), own);
		expect((await look()).stores).toMatchObject([{ isCache: true }]);
		// a registry of our own that holds nothing may be a disk that is not mounted
		expect(inconclusive).toMatchObject([
			{ reason: "wrong-backend", detail: expect.stringContaining("empty") },
		]);
		expect(outcome).toBe("partial");
	});
});

describe("findings", () => {
	test("all tags of a bad node, its way, its store, and the links that mend it", async () => {
		storage.put("app", APP, "latest");
		plant.missing(storage.revisionLink("app", CHILD));
		const { findings, counts, untagged } = await look();
		expect(findings).toMatchObject([
			{
				store: "private",
				repository: "app",
				tags: ["latest", "v1"],
				digest: CHILD,
				path: [
					{ kind: "index", digest: APP.root },
					{ kind: "manifest", digest: CHILD },
				],
				kind: "manifest",
				reason: "missing",
				got: "no link",
				inUse: null,
				repair: { action: "relink" },
			},
		]);
		expect(counts.brokenTags).toBe(2);
		expect(untagged).toEqual([]);
	});

	test("a tag that has lost its link is told what it named, where it never named anything else", async () => {
		const link = storage.tagLink("app", "v1");
		const was = (digest: string) =>
			storage.write(
				link.replace("current", `index/${digest.replace(":", "/")}`),
				digest,
			);
		was(APP.root);
		plant.empty(link);
		const actions = async () =>
			(await look()).findings.map(({ repair }) => repair.action);
		expect(await actions()).toEqual(["relink"]);
		was(CHILD);
		expect(await actions()).toEqual(["repush"]);
	});

	test("a store's name with a line break, or with what a replacement would expand, stays within the comment", async () => {
		const odd = join(base, "new\nrm $& x");
		const other = new Storage(odd);
		other.put("app", APP, "v1");
		plant.truncated(other.blob(LAYER));
		const { findings } = await look({ base: odd });
		const [push = "", ...rest] = findings[0]?.repair.commands ?? [];
		expect(push).not.toContain("\n");
		expect(push).toContain(`remove ${base}/newrm $& x/docker/registry/v2/`);
		expect(rest).toHaveLength(1);
	});

	test("relink only where all bytes are there: else the image is pushed again", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		plant.missing(storage.blob(LAYER));
		const { findings } = await look();
		expect(findings.map(({ repair }) => repair.action)).toEqual(["repush"]);
	});

	test("a link that is lost above a file that is wrong: the file goes first", async () => {
		plant.missing(storage.layerLink("app", LAYER));
		plant.truncated(storage.blob(LAYER));
		const { findings } = await look();
		expect(findings.map(({ repair }) => repair.action)).toEqual([
			"replace-file",
		]);
		expect(findings[0]?.repair.commands[0]).toContain(
			`remove ${dirname(storage.blob(LAYER))}`,
		);
	});

	test.each([
		["", "a link of 0 bytes"],
		["rubbish", 'a link that holds "rubbish"'],
		[`${CHILD}\n`, `a link that holds "${CHILD}?"`],
		["md5:d41d8cd98f00b204e9800998ecf8427e", "a link that holds"],
		["x".repeat(100_000), "a link of 100000 bytes"],
	])("a revision link that holds %.20j", async (text, got) => {
		writeFileSync(storage.revisionLink("app", CHILD), text);
		const { findings } = await look();
		expect(findings).toMatchObject([
			{ digest: CHILD, reason: "unreadable", repair: { action: "relink" } },
		]);
		expect(findings[0]?.got).toContain(got);
	});

	test("a link to another's bytes is content that is wrong, one to another name of its own is not", async () => {
		writeFileSync(storage.revisionLink("app", CHILD), APP.root);
		const { findings } = await look();
		expect(findings.map(brief)).toEqual([
			{ kind: "manifest", digest: CHILD, reason: "size", tags: ["v1"] },
		]);
		expect(findings[0]).toMatchObject({
			got: `a link to ${APP.root}`,
			repair: { action: "relink" },
		});
	});

	test.each([
		["a folder", (link: string) => mkdirSync(link)],
		[
			"a file in place of a folder",
			(link: string) => {
				rmSync(dirname(link), { recursive: true });
				writeFileSync(dirname(link), "");
			},
		],
	])(
		"a link where %s is: the command that writes it makes room first",
		async (what, put) => {
			const link = storage.revisionLink("app", CHILD);
			rmSync(link);
			put(link);
			const [finding] = (await look()).findings;
			expect(finding).toMatchObject({
				digest: CHILD,
				got: `a link: ${what}`,
				repair: { action: "relink" },
			});
			execFileSync("sh", ["-ec", finding?.repair.commands[0] ?? ""]);
			expect((await look()).findings).toEqual([]);
		},
	);

	test("a tag that names a layer: its link is wrong, and pushing those bytes mends nothing", async () => {
		// a blob that is no JSON, and one that is
		for (const [tag, digest] of [
			["json", CONFIG],
			["tarball", LAYER],
		] as const) {
			storage.write(storage.tagLink("app", tag), digest);
			const { findings } = await look({ full: true });
			expect(findings).toMatchObject([
				{
					tags: [tag],
					digest: null,
					kind: "tag",
					reason: "dangling-tag",
					got: `a link to ${digest}: a layer, no manifest`,
					repair: {
						action: "repush",
						commands: [
							expect.stringContaining(
								`docker://"$COPY":${tag} docker://"$REGISTRY"/app:${tag} `,
							),
							expect.anything(),
						],
					},
				},
			]);
			// where its history knows what it named that is written again
			const history = storage
				.tagLink("app", tag)
				.replace("current", `index/sha256/${APP.root.slice(7)}`);
			storage.write(history, APP.root);
			const [again] = (await look()).findings;
			expect(again?.repair).toMatchObject({
				action: "relink",
				commands: [
					expect.stringContaining(`printf %s ${APP.root} > `),
					expect.anything(),
				],
			});
			rmSync(join(storage.tagLink("app", tag), "../.."), { recursive: true });
		}
		// rot in a blob that two ways lead to is rot all the same
		storage.write(storage.tagLink("app", "rot"), CONFIG);
		plant.corrupted(storage.blob(CONFIG));
		expect(
			(await look({ full: true })).findings.map(({ reason }) => reason),
		).toEqual(["digest", "digest"]);
	});

	test("an index whose link leads nowhere: its link, and not its bytes", async () => {
		const nowhere = sha256("nowhere");
		writeFileSync(storage.revisionLink("app", APP.root), nowhere);
		expect((await look()).findings).toMatchObject([
			{ kind: "tag", digest: APP.root, got: `a link to ${nowhere}` },
		]);
	});

	test.each([
		["rubbish", `sha256:${"z".repeat(64)}`, "unreadable"],
		["a digest that is nowhere", sha256("nowhere"), "missing"],
		["another's digest", CONFIG, "size"],
	])(
		"a layer link of the right length that holds %s: the link is what is written again",
		async (_, text, reason) => {
			const link = storage.layerLink("app", LAYER);
			storage.write(link, text);
			const { findings } = await look();
			expect(findings).toMatchObject([
				{ digest: LAYER, reason, repair: { action: "relink" } },
			]);
			const [{ got, repair } = {}] = findings;
			expect(got).toMatch(/^a link (to|that holds) /);
			expect(repair?.commands[0]).toContain(`printf %s ${LAYER} > ${link} `);
		},
	);

	test.each([
		[
			"a folder",
			() => {
				const link = storage.layerLink("app", LAYER);
				rmSync(link);
				mkdirSync(link);
			},
		],
		[
			"a file in place of a folder",
			() => {
				const folder = dirname(storage.layerLink("app", LAYER));
				rmSync(folder, { recursive: true });
				writeFileSync(folder, "");
			},
		],
	])(
		"a link that is %s is unreadable, as for the registry",
		async (what, damage) => {
			damage();
			const { findings } = await look();
			expect(findings).toMatchObject([
				{ digest: LAYER, reason: "unreadable", got: `a link: ${what}` },
			]);
		},
	);

	test("a tag that is a file is listed by the registry, and is no tag; what has no tag's name is nobody's push", async () => {
		const tags = dirname(dirname(dirname(storage.tagLink("app", "v1"))));
		for (const name of ["stray", ".nfs0001"])
			writeFileSync(join(tags, name), "");
		const { findings } = await look();
		expect(findings.map(brief)).toEqual([
			{ kind: "tag", digest: null, reason: "unreadable", tags: ["stray"] },
		]);
	});

	test("a layer link that is all hole, of the right length", async () => {
		const link = storage.layerLink("app", LAYER);
		truncateSync(link, 0);
		truncateSync(link, LAYER.length);
		const { findings } = await look();
		expect(findings).toMatchObject([{ digest: LAYER, reason: "unreadable" }]);
	});

	test("a link of registry 2.1, among the layers, counts", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		storage.write(storage.layerLink("app", CHILD), CHILD);
		expect((await look()).findings).toEqual([]);
	});

	test("two tags that lead nowhere are two findings, each with the digest it names", async () => {
		const gone = sha256("gone");
		storage.write(storage.tagLink("app", "a"), gone);
		storage.write(storage.tagLink("app", "b"), gone);
		plant.missing(storage.tagLink("app", "v1"));
		const { findings } = await look();
		const reason = "dangling-tag";
		expect(findings.map(brief)).toEqual([
			{ kind: "tag", digest: gone, reason, tags: ["a"] },
			{ kind: "tag", digest: gone, reason, tags: ["b"] },
			{ kind: "tag", digest: null, reason, tags: ["v1"] },
		]);
	});

	test("a manifest of 1 GB is not read", async () => {
		truncateSync(storage.blob(CHILD), 1 << 30);
		truncateSync(storage.blob(APP.root), 1 << 30);
		const { findings, counts } = await look();
		expect(findings).toMatchObject([
			{
				digest: APP.root,
				reason: "size",
				expected: expect.stringContaining("at most 4194304 bytes"),
				got: "1073741824 bytes",
			},
		]);
		expect(counts.bytes).toBeLessThan(100_000);
	});

	test("a folder in place of the bytes is no blob", async () => {
		rmSync(storage.blob(CONFIG));
		mkdirSync(storage.blob(CONFIG));
		expect((await look()).findings.map(brief)).toEqual([
			{ kind: "config", digest: CONFIG, reason: "missing", tags: ["v1"] },
		]);
	});

	test("rot of the same length shows with --full, in every repository, though it is read once", async () => {
		storage.put("other", APP, "v1");
		plant.zeroed(storage.blob(LAYER));
		expect((await look()).findings).toEqual([]);
		const { findings, counts } = await look({ full: true });
		expect(
			findings.map(({ repository, reason }) => [repository, reason]),
		).toEqual([
			["app", "digest"],
			["other", "digest"],
		]);
		const sizes = [...APP.blobs.values()].map(({ length }) => length);
		const manifests = [...APP.manifests.values()].map(
			({ bytes }) => bytes.length,
		);
		const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0);
		expect(counts.bytes).toBeLessThan(sum(sizes) * 2 + sum(manifests) * 5);
	});

	test("indexes inside each other to depth 8; deeper is not looked at", async () => {
		let content: Content = image("scan/deep");
		for (let i = 0; i < 8; i++) content = index([{ content }]);
		storage.put("deep", content, "ok");
		storage.put("deeper", index([{ content }]), "v1");
		const { findings, inconclusive } = await look();
		expect(findings).toEqual([]);
		expect(inconclusive).toMatchObject([
			{ repository: "deeper", reason: "limit" },
		]);
	});
});

describe("what no tag reaches", () => {
	test("broken revisions are told apart", async () => {
		const loose = multiArch("scan/loose");
		storage.put("app", loose, "old");
		rmSync(dirname(dirname(storage.tagLink("app", "old"))), {
			recursive: true,
		});
		const [child = ""] = children(loose, loose.root);
		plant.missing(storage.blob(child));
		const { findings, untagged, outcome, stores } = await look();
		expect({ findings, outcome }).toEqual({
			findings: [],
			outcome: "complete",
		});
		// as the child of its index, and as a revision of its own: one node
		expect(untagged.map(brief)).toEqual([
			{ kind: "manifest", digest: child, reason: "missing", tags: [] },
		]);
		expect(stores).toMatchObject([{ untaggedCount: 1 }]);
	});

	test("a revision that was deleted leaves a folder without a link: nothing is broken", async () => {
		const loose = image("scan/deleted");
		storage.put("app", loose, "old");
		rmSync(dirname(dirname(storage.tagLink("app", "old"))), {
			recursive: true,
		});
		rmSync(storage.revisionLink("app", loose.root));
		expect((await look()).untagged).toEqual([]);
	});

	test("layer links without a blob: listed, removed, and no finding is hidden by that", async () => {
		const gone = sha256("collected");
		storage.write(storage.layerLink("app", gone), gone);
		plant.missing(storage.blob(LAYER));
		const log: string[] = [];
		const run = (layerLinks?: "list" | "remove") =>
			look({
				log: (line) => void log.push(line),
				...(layerLinks && { layerLinks }),
			});
		const first = await run();
		const digests = first.orphanLayerLinks.map(({ digest }) => digest);
		expect(digests.sort()).toEqual([gone, LAYER].sort());
		expect(log).toEqual([]);
		await run("list");
		const links = [gone, LAYER].map((each) => storage.layerLink("app", each));
		expect(log.sort()).toEqual(
			links.map((each) => `would remove ${each}`).sort(),
		);
		expect((await run()).orphanLayerLinks).toHaveLength(2);
		log.length = 0;
		const removed = await run("remove");
		expect(log.sort()).toEqual(links.map((each) => `removed ${each}`).sort());
		const after = await run();
		expect(after.orphanLayerLinks).toEqual([]);
		for (const { findings } of [first, removed, after])
			expect(findings.map(brief)).toEqual([
				{ kind: "layer", digest: LAYER, reason: "missing", tags: ["v1"] },
			]);
	});

	test.each([
		["are gone", () => rmSync(root("blobs"), { recursive: true })],
		[
			"are on a disk that is not mounted",
			() => {
				rmSync(root("blobs"), { recursive: true });
				mkdirSync(root("blobs"));
			},
		],
	])("where all blobs %s no link is removed", async (_, lose) => {
		lose();
		const lines: string[] = [];
		const log = (line: string) => void lines.push(line);
		const { orphanLayerLinks } = await look({ layerLinks: "remove", log });
		expect(orphanLayerLinks).toHaveLength(APP.blobs.size);
		expect(lines).toEqual([
			`${root("blobs")}: empty; no layer link is removed`,
		]);
		expect(existsSync(storage.layerLink("app", LAYER))).toBe(true);
	});

	test("a layer whose blob is there again by then keeps its link", async () => {
		const gone = sha256("pushed again");
		const link = storage.layerLink("app", gone);
		storage.write(link, gone);
		const blob = storage.blob(gone);
		storage.write(blob, "");
		expect(removeLayerLink(link, blob)).toEqual({
			unlooked: "moved",
			detail: `${blob}: there again`,
		});
		expect(existsSync(link)).toBe(true);
		plant.missing(blob);
		expect(removeLayerLink(link, blob)).toBeUndefined();
		expect(existsSync(dirname(link))).toBe(false);
	});
});

describe("a pull-through cache", () => {
	test("what was not pulled is no finding, what is there and wrong is", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		plant.missing(storage.tagLink("app", "v1"));
		storage.put("sparse", multiArch("scan/sparse"), "v1");
		plant.missing(storage.layerLink("sparse", lastLayerOf("scan/sparse")));
		const quiet = await look({ cache: true });
		expect(quiet).toMatchObject({
			outcome: "complete",
			findings: [],
			untagged: [],
			orphanLayerLinks: [],
		});
		storage.put("bad", APP, "v1");
		plant.truncated(storage.blob(LAYER));
		const { findings } = await look({ cache: true });
		expect(findings.map(brief)).toContainEqual({
			kind: "layer",
			digest: LAYER,
			reason: "size",
			tags: ["v1"],
		});
		// nobody pushes to a cache
		for (const { repair } of findings)
			expect(repair).toMatchObject({
				action: "replace-file",
				commands: [
					expect.stringContaining(`rm -rf ${dirname(storage.blob(LAYER))} `),
					expect.stringContaining(`scan ${store} --cache`),
				],
			});
	});
});

describe("what cannot be looked at is said, and the rest is looked at", () => {
	let outside: string;
	/** Moves a file or folder out of the store and leaves a symlink. */
	const moveOut = (path: string) => {
		renameSync(path, join(outside, "moved"));
		symlinkSync(join(outside, "moved"), path);
	};
	beforeEach(() => {
		outside = mkdtempSync(join(tmpdir(), "outside-"));
	});
	afterEach(() => rmSync(outside, { recursive: true }));

	test.each([
		["a repository", () => root("repositories/app")],
		["_manifests", () => root("repositories/app/_manifests")],
		["the tags", () => root("repositories/app/_manifests/tags")],
		["a tag", () => root("repositories/app/_manifests/tags/v1")],
		["what a tag is now", () => dirname(storage.tagLink("app", "v1"))],
		["a tag's link", () => storage.tagLink("app", "v1")],
		[
			"an algorithm",
			() => dirname(dirname(storage.revisionLink("app", CHILD))),
		],
		["a revision", () => dirname(storage.revisionLink("app", CHILD))],
		["a revision's link", () => storage.revisionLink("app", CHILD)],
		["the layers", () => root("repositories/app/_layers")],
		["a blob's folder", () => dirname(storage.blob(LAYER))],
		["the blobs of a prefix", () => dirname(dirname(storage.blob(LAYER)))],
		["a blob", () => storage.blob(LAYER)],
		["all blobs", () => root("blobs/sha256")],
	])("symlink out of the tree: %s", async (_, path) => {
		storage.put("beside", multiArch("scan/beside"), "v1");
		const at = path();
		moveOut(at);
		const { outcome, inconclusive, findings } = await look();
		expect(outcome).toBe("partial");
		expect(inconclusive.map(({ reason }) => reason)).toContain("protocol");
		expect(inconclusive.map(({ detail }) => detail).join("\n")).toContain(
			`${at} is a symlink: not followed`,
		);
		expect(findings).toEqual([]);
	});

	test.each(["blobs", "repositories"])(
		"a store whose %s are elsewhere is none",
		async (name) => {
			moveOut(root(name));
			const { outcome, inconclusive } = await look();
			expect(outcome).toBe("blind");
			expect(inconclusive).toEqual([
				{
					reason: "protocol",
					detail: `${root(name)} is a symlink: not followed`,
				},
			]);
		},
	);

	test("names that no registry would take are names all the same", async () => {
		storage.put("new\nline/\u202eodd", APP, "v\n1");
		plant.missing(storage.layerLink("new\nline/\u202eodd", LAYER));
		const { findings, counts } = await look();
		expect(counts.repositories).toBe(2);
		expect(findings).toMatchObject([
			{ repository: "new\nline/\u202eodd", tags: ["v\n1"], digest: LAYER },
		]);
	});

	test.each([
		["a repository", () => root("repositories/a"), "/_manifests"],
		[
			"a tag",
			() => root("repositories/app/_manifests/tags/a"),
			"/current/link",
		],
		["a store", () => `${store}-`, "/docker/registry/v2"],
	])(
		"a name that is no UTF-8 is told, not passed over: %s",
		async (_, at, more) => {
			const odd = Buffer.from([...Buffer.from(at()), 0xff]);
			mkdirSync(Buffer.concat([odd, Buffer.from(more)]), { recursive: true });
			const { outcome, inconclusive, findings, counts } = await look({ base });
			expect([outcome, counts.tags]).toEqual(["partial", 1]);
			expect(findings).toEqual([]);
			expect(inconclusive[0]?.detail).toMatch(/a name that is no UTF-8/);
		},
	);

	test.each(["_manifests", "_manifests/tags"])(
		"a file in place of %s hides what was tagged: told",
		async (name) => {
			const at = root("repositories/app", name);
			rmSync(at, { recursive: true });
			writeFileSync(at, "");
			const { outcome, inconclusive } = await look();
			expect(outcome).toBe("partial");
			expect(inconclusive).toEqual([
				{
					repository: "app",
					reason: "server-error",
					detail: `${at}: a file in place of a folder`,
				},
			]);
		},
	);

	test("what a file system keeps for itself at its top is no store, readable or not", async () => {
		mkdirSync(join(base, "lost+found/docker/registry/v2"), { recursive: true });
		const { stores, outcome } = await look({ base });
		expect([stores.length, outcome]).toEqual([1, "complete"]);
	});

	test("told to stop: partial, and it says what is left", async () => {
		const { outcome, inconclusive } = await look({ stop: AbortSignal.abort() });
		expect(outcome).toBe("blind");
		expect(inconclusive).toMatchObject([{ reason: "deadline" }]);
	});

	test("no time for a second look: what the first one saw is no finding yet", async () => {
		plant.missing(storage.revisionLink("app", CHILD));
		const stop = asked((times) => times > 2);
		const { findings, inconclusive, outcome } = await look({ stop });
		expect({ findings, outcome }).toEqual({ findings: [], outcome: "partial" });
		expect(inconclusive.map(({ reason }) => reason)).toContain("deadline");
	});

	/** Does something at the n-th time that the scan asks whether to stop: before each tag, and between the two looks. */
	const meanwhile = (when: number, change: () => void) =>
		asked((times) => {
			if (times === when) change();
			return false;
		});

	test("what is bad at one look and not at the next is no finding", async () => {
		const link = storage.revisionLink("app", CHILD);
		plant.missing(link);
		const stop = meanwhile(3, () => storage.write(link, CHILD));
		const { findings, inconclusive, outcome } = await look({ stop });
		expect({ findings, outcome }).toEqual({
			findings: [],
			outcome: "complete",
		});
		expect(inconclusive).toMatchObject([
			{ repository: "app", tag: "v1", digest: CHILD, reason: "moved" },
		]);
	});

	test("a tag that is deleted while it is read is none", async () => {
		const link = storage.tagLink("app", "v1");
		plant.missing(link);
		const folder = dirname(dirname(link));
		const stop = meanwhile(3, () => rmSync(folder, { recursive: true }));
		const { findings, inconclusive } = await look({ stop });
		expect(findings).toEqual([]);
		expect(inconclusive).toMatchObject([{ tag: "v1", reason: "moved" }]);
	});

	test.each([
		["everything", "", 3],
		["all repositories", "repositories", 3],
		["all repositories, before the first is opened,", "repositories", 1],
	])(
		"%s vanishes under the scan: no finding, and not whole either",
		async (_, name, when) => {
			for (const tag of ["v2", "v3"]) storage.put("app", APP, tag);
			const stop = meanwhile(when, () =>
				rmSync(root(name), { recursive: true }),
			);
			const { findings, inconclusive, outcome } = await look({ stop });
			expect(findings).toEqual([]);
			expect(outcome).toBe(when === 1 ? "blind" : "partial");
			expect(new Set(inconclusive.map(({ reason }) => reason))).toEqual(
				new Set(["moved", "wrong-backend"]),
			);
		},
	);
});
