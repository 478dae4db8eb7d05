import fc from "fast-check";
import type { ProbeMode } from "../../lib/guard/contract";
import { probe } from "../../lib/guard/probe";
import { Store } from "../support/embedded-registry/store";
import {
	type Content,
	image,
	index,
	multiArch,
	sha256,
} from "../support/images";
import { probeOptions, told } from "../support/probing";
import { StoreClient } from "../support/store-client";

/** What a store holds and what a client would make of it, worked out by plain recursion over the bytes. */
class Oracle {
	readonly #store: Store;
	readonly #mode: ProbeMode;
	readonly #bad = new Map<string, Set<string>>();

	constructor(store: Store, mode: ProbeMode) {
		this.#store = store;
		this.#mode = mode;
	}

	lines(): string[] {
		for (const [repository, { tags }] of this.#store.repositories)
			for (const [tag, digest] of tags) this.#tag(repository, tag, digest);
		return [...this.#bad].map(([key, tags]) => {
			const [repository, ...rest] = key.split(" ");
			return `${repository}:${[...tags].sort()} ${rest.join(" ")}`;
		});
	}

	#tag(repository: string, tag: string, digest: string): void {
		const state =
			digest === "" ? "unreadable" : this.#state(repository, digest);
		if (state === "missing")
			this.#note(repository, tag, `tag dangling-tag ${tag}`);
		else if (state === "unreadable")
			this.#note(repository, tag, `tag unreadable ${tag}`);
		else this.#manifest(repository, tag, digest, undefined, new Set());
	}

	#state(repository: string, digest: string) {
		const link = this.#store.repositories
			.get(repository)
			?.revisions.get(digest);
		if (link === "") return "unreadable";
		const bytes = this.#store.blobs.get(digest);
		if (link === undefined || !bytes) return "missing";
		try {
			return JSON.parse(String(bytes)) as Record<string, unknown>;
		} catch {
			return "unreadable";
		}
	}

	#manifest(
		repository: string,
		tag: string,
		digest: string,
		kind: string | undefined,
		seen: Set<string>,
	): unknown {
		if (seen.has(digest)) return;
		seen.add(digest);
		const state = this.#state(repository, digest);
		if (typeof state === "string")
			return this.#note(repository, tag, `${kind} ${state} ${digest}`);
		const body = state as {
			manifests?: { digest: string; mediaType: string; annotations?: object }[];
			config?: { digest: string; size: number };
			layers?: { digest: string; size: number }[];
		};
		if (sha256(this.#store.blobs.get(digest) ?? "") !== digest)
			return this.#note(
				repository,
				tag,
				`${kind ?? (body.manifests ? "index" : "manifest")} digest ${digest}`,
			);
		for (const child of body.manifests ?? [])
			this.#manifest(
				repository,
				tag,
				child.digest,
				child.annotations
					? "attestation"
					: /index|list/.test(child.mediaType)
						? "index"
						: "manifest",
				seen,
			);
		if (body.config) this.#blob(repository, tag, body.config, "config");
		for (const layer of body.layers ?? [])
			this.#blob(repository, tag, layer, "layer");
	}

	#blob(
		repository: string,
		tag: string,
		{ digest, size }: { digest: string; size: number },
		kind: string,
	): void {
		const { layers } = this.#store.repository(repository);
		const bytes = this.#store.blobs.get(digest);
		const isHashed = kind === "config" || this.#mode === "full";
		if (!bytes || !layers.has(digest))
			this.#note(repository, tag, `${kind} missing ${digest}`);
		else if (bytes.length !== size)
			this.#note(repository, tag, `${kind} size ${digest}`);
		else if (isHashed && sha256(bytes) !== digest)
			this.#note(repository, tag, `${kind} digest ${digest}`);
	}

	#note(repository: string, tag: string, what: string): void {
		const key = `${repository} ${what}`;
		const tags = this.#bad.get(key) ?? new Set();
		this.#bad.set(key, tags.add(tag));
	}
}

/** Graphs of every shape; seeds are few so that repositories and tags share blobs and manifests. */
const seed = fc.constantFrom("a", "b", "c", "d");
const content: fc.Arbitrary<Content> = fc.letrec<{
	any: Content;
	leaf: Content;
}>((tie) => ({
	leaf: fc.oneof(
		seed.map((s) => image(s)),
		seed.map((s) => image(s, { docker: true, sharedLayers: ["base"] })),
		seed.map((s) => multiArch(s, { sharedLayers: ["base"] })),
		seed.map((s) => image(s, { untyped: true })),
	),
	any: fc.oneof(
		{ weight: 3, arbitrary: tie("leaf") },
		{
			weight: 1,
			arbitrary: fc
				.array(tie("leaf"), { minLength: 0, maxLength: 4 })
				.map((children) => index(children.map((each) => ({ content: each })))),
		},
	),
})).any;

const repositories = fc.array(
	fc.record({
		name: fc.constantFrom("one", "two", "two/three"),
		tags: fc.uniqueArray(fc.constantFrom("v1", "v2", "v3", "latest"), {
			minLength: 1,
			maxLength: 3,
		}),
		content,
	}),
	{ minLength: 1, maxLength: 5 },
);

const damage = fc.array(
	fc.record({
		how: fc.constantFrom(
			"deleteBlob",
			"truncateBlob",
			"corruptBlob",
			"deleteLink",
			"emptyLink",
			"pointTag",
			"emptyTag",
			"empty",
		),
		which: fc.nat({ max: 999 }),
	}),
	{ maxLength: 6 },
);

function pick<T>(items: readonly T[], which: number): T | undefined {
	return items[which % Math.max(1, items.length)];
}

/** Breaks what is there to break; what a step needs may be gone already. */
function apply(store: Store, how: string, which: number): void {
	const repository =
		pick(
			[...store.repositories.keys()].filter((name) => name !== "whole"),
			which,
		) ?? "";
	const { layers, revisions, tags } = store.repository(repository);
	const own = [...layers, ...revisions.keys()];
	const digest = pick(
		own.filter((each) => store.blobs.has(each)),
		which >> 2,
	);
	const bytes = digest === undefined ? undefined : store.blobs.get(digest);
	const tag = pick([...tags.keys()], which >> 2);
	if (how === "pointTag" && tag) store.pointTag(repository, tag);
	else if (how === "emptyTag" && tag) store.emptyTag(repository, tag);
	else if (how === "emptyLink") {
		const revision = pick([...revisions.keys()], which >> 2);
		if (revision) store.emptyLink(repository, revision);
	} else if (how === "deleteLink") {
		const link = pick(own, which >> 2);
		if (link) store.deleteLink(repository, link);
	} else if (!digest || !bytes || bytes.length < 2) return;
	else if (how === "deleteBlob") store.deleteBlob(digest);
	else if (how === "truncateBlob")
		store.truncateBlob(digest, bytes.length >> 1);
	else if (how === "empty") store.truncateBlob(digest, 0);
	else if (how === "corruptBlob") store.corruptBlob(digest);
}

test("findings are exactly what is broken, with all tags that reach it", async () => {
	await fc.assert(
		fc.asyncProperty(
			repositories,
			damage,
			fc.constantFrom("tail" as const, "full" as const),
			async (graphs, steps, mode) => {
				const store = new Store(false);
				for (const { name, tags, content: graph } of graphs)
					store.put(name, graph, ...tags);
				// neighbours that answer
				store.put("whole", image("whole"), "v1");
				for (const { how, which } of steps) apply(store, how, which);
				const result = await probe({
					...probeOptions(new StoreClient(store)),
					mode,
				});
				const lines = told(result).map((line, i) =>
					line.endsWith(" -")
						? `${line.slice(0, -1)}${result.findings[i]?.tags[0]}`
						: line,
				);
				expect(lines.sort()).toEqual(new Oracle(store, mode).lines().sort());
				expect(result.outcome).toBe("complete");
				const broken = new Set(
					result.findings.flatMap(({ repository, tags }) =>
						tags.map((tag) => `${repository}:${tag}`),
					),
				);
				expect(
					result.broken
						.map(({ repository, tag }) => `${repository}:${tag}`)
						.sort(),
				).toEqual([...broken].sort());
				for (const { path, digest, repository, tags } of result.findings) {
					expect(path.at(-1)?.digest ?? null).toBe(digest);
					const root = store.repository(repository).tags.get(tags[0] ?? "");
					if (digest !== null) expect(path[0]?.digest).toBe(root);
				}
			},
		),
		{ numRuns: 100 },
	);
});
