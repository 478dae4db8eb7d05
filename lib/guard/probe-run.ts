import { BrokenTags } from "./broken-tags";
import { Catalog } from "./catalog";
import { confirm } from "./confirm";
import type { Outcome } from "./contract";
import type { Finding } from "./finding";
import { compareFindings, findingsOf } from "./findings-of";
import { inconclusiveOf, Ledger } from "./ledger";
import { factOfError } from "./look";
import type { Neighbours } from "./neighbour";
import { neighboursIn } from "./neighbours-in";
import type { ProbeOptions, ProbeResult } from "./probe";
import { Queue } from "./queue";
import { type Doubt, type Reach, reach } from "./reach";
import { walkUntil } from "./reserve";
import { tagsOfWindow } from "./rotation";
import { Scheduler } from "./scheduler";
import { addNodes, emptyTally } from "./tally";
import { type Uses, usesByRepository } from "./used-images";
import { isUnlooked, type Unlooked } from "./verdict";
import { Walk, type WalkOptions } from "./walk";

/** What is left of a repository when its graph is gone. */
interface Suspicion extends Pick<Reach, "suspects" | "rootOf"> {
	readonly repository: string;
	readonly neighbours: Neighbours;
}

/** One run of the probe: repositories side by side, each forgotten when it is done, then the second look. */
export class ProbeRun {
	readonly #options: ProbeOptions;
	readonly #walk: WalkOptions;
	readonly #lanes: number;
	readonly #catalog: Catalog;
	readonly #ledger = new Ledger();
	readonly #broken = new BrokenTags();
	readonly #tally = emptyTally();
	readonly #findings: Finding[] = [];
	readonly #suspicions = new Queue<Suspicion>();
	readonly #uses: ReadonlyMap<string, Uses> | undefined;
	/** Tags of the last runs' findings, and whether only a full read sees what they have. */
	readonly #revisit = new Map<string, boolean>();
	readonly #before: { readonly requests: number; readonly bytes: number };
	#neighbours: Neighbours = { manifest: undefined, blob: undefined };
	#repositories = 0;
	#done = 0;
	#tags = 0;
	#listedTags = 0;

	constructor(options: ProbeOptions, isOurs: (name: string) => boolean) {
		const { client, concurrency, deadline, inUse, revisit, stop } = options;
		this.#options = options;
		const { requests, bytes } = client.stats;
		this.#before = { requests, bytes };
		this.#catalog = new Catalog(isOurs);
		this.#uses = inUse && usesByRepository(inUse, options.pullHosts);
		for (const { repository, tag, reason } of revisit)
			this.#revisit.set(`${repository}:${tag}`, reason === "digest");
		const until = walkUntil(deadline);
		this.#walk = {
			...options,
			// more than the client sends at a time, so that it never waits for us
			scheduler: new Scheduler(2 * concurrency),
			isOver: () => stop?.aborted === true || Date.now() >= until,
		};
		// a repository with one small tag has one request under way at most
		this.#lanes = 2 * concurrency;
	}

	/** Nothing could be seen. */
	blind(unlooked: Unlooked): ProbeResult {
		this.#note(unlooked);
		return this.#result("blind", unlooked);
	}

	/** Looks at every repository once. */
	async walk(): Promise<void> {
		const lane = async () => {
			for (;;) {
				const repository = await this.#catalog.next();
				if (repository === undefined) return;
				await this.#visit(repository);
				this.#done++;
				this.#options.onProgress?.({
					repositories: this.#done,
					repositoriesTotal: this.#catalog.ours,
					tags: this.#tags,
					findings: this.#findings.length,
				});
			}
		};
		const reading = this.#catalog.read(this.#options.client);
		await Promise.all([reading, ...Array.from({ length: this.#lanes }, lane)]);
	}

	/** Looks once more at all that looked bad. */
	async settle(): Promise<void> {
		const { client, deadline } = this.#options;
		const options = { ...this.#walk, isOver: () => Date.now() >= deadline };
		const settle = async (suspicion: Suspicion) => {
			const { repository, neighbours } = suspicion;
			const { manifest, blob } = this.#neighbours;
			const confirmation = await confirm(
				repository,
				options,
				suspicion,
				{
					manifest: neighbours.manifest ?? manifest,
					blob: neighbours.blob ?? blob,
				},
				true,
			);
			for (const doubt of confirmation.doubts) this.#note(doubt, repository);
			this.#tags -= unresolved(confirmation.doubts);
			const context = {
				origin: client.origin,
				repository,
				uses: this.#uses && (this.#uses.get(repository) ?? UNUSED),
				broken: this.#broken,
			};
			this.#findings.push(...findingsOf(context, confirmation));
		};
		await new Scheduler(this.#lanes).run(() => {
			const suspicion = this.#suspicions.take();
			return suspicion && settle(suspicion);
		});
	}

	result(): ProbeResult {
		const { minRepositories, repos, shard } = this.#options;
		const { size, ours, hasPage, failure } = this.#catalog;
		if (failure) this.#note(failure);
		if (failure && !hasPage) return this.#result("blind", failure);
		const isUnmatched = repos.length > 0 && shard.count === 1 && ours === 0;
		const shrunk: Unlooked | undefined = isUnmatched
			? {
					unlooked: "catalog-shrunk",
					detail: `none of ${size} repositories matches ${repos.join(", ")}`,
				}
			: size < minRepositories
				? {
						unlooked: "catalog-shrunk",
						detail: `${size} repositories, wanted at least ${minRepositories}`,
					}
				: undefined;
		// a catalog that was cut short has not shrunk
		if (shrunk && !failure) {
			this.#note(shrunk);
			if (ours === 0 && minRepositories > 0 && (isUnmatched || size === 0))
				return this.#result("blind", shrunk);
		}
		const isPartial = failure !== undefined || this.#ledger.isPartial;
		return this.#result(isPartial ? "partial" : "complete", failure);
	}

	async #visit(repository: string): Promise<void> {
		const { client, tagsPerRepo, window } = this.#options;
		if (this.#walk.isOver()) return this.#note(LATE, repository);
		const tags = new Set<string>();
		try {
			for await (const page of client.listTags(repository))
				for (const tag of page) tags.add(tag);
		} catch (error) {
			const fact = factOfError(error);
			const detail = `the tag list answers ${isUnlooked(fact) ? "" : fact.got}`;
			this.#note(
				isUnlooked(fact) ? fact : { unlooked: "server-error", detail },
				repository,
			);
			if (tags.size === 0) return;
		}
		this.#listedTags += tags.size;
		const used = this.#uses?.get(repository);
		const chosen = tagsOfWindow(
			[...tags],
			tagsPerRepo,
			window,
			(tag) =>
				tag === "latest" ||
				used?.tags.has(tag) ||
				this.#revisit.has(`${repository}:${tag}`),
		);
		const isDoubted = (tag: string) =>
			this.#revisit.get(`${repository}:${tag}`) === true;
		const walk = new Walk(repository, this.#walk);
		const doubted = chosen.filter(isDoubted);
		if (doubted.length > 0) await walk.run(doubted, "full");
		await walk.run(
			doubted.length > 0 ? chosen.filter((tag) => !isDoubted(tag)) : chosen,
		);
		this.#sumUp(walk);
	}

	#sumUp(walk: Walk): void {
		const { repository, manifests, blobs, roots } = walk;
		addNodes(this.#tally, manifests.values());
		addNodes(this.#tally, blobs.values());
		const { suspects, doubts, rootOf, visited, cut } = reach(walk);
		this.#tags += visited;
		if (visited > 0 || roots.length === 0) this.#repositories++;
		for (const doubt of doubts) {
			if (doubt.unlooked !== "deadline") this.#note(doubt, repository);
		}
		if (cut > 0) {
			const detail = `${cut} of ${roots.length} tags not looked at to their end`;
			this.#ledger.add({ repository, reason: "deadline", detail }, cut);
		}
		const isNew = !this.#neighbours.manifest || !this.#neighbours.blob;
		const neighbours =
			isNew || suspects.length > 0 ? neighboursIn(walk) : undefined;
		if (!neighbours) return;
		this.#neighbours = {
			manifest: this.#neighbours.manifest ?? neighbours.manifest,
			blob: this.#neighbours.blob ?? neighbours.blob,
		};
		if (suspects.length > 0)
			this.#suspicions.add({ repository, suspects, rootOf, neighbours });
	}

	#note(doubt: Unlooked & Partial<Doubt>, repository?: string): void {
		this.#ledger.add(inconclusiveOf(doubt, repository));
	}

	#result(outcome: Outcome, failure: Unlooked | undefined): ProbeResult {
		const { requests, bytes } = this.#options.client.stats;
		return {
			outcome,
			counts: {
				repositories: this.#repositories,
				tags: this.#tags,
				brokenTags: this.#broken.size,
				indexes: this.#tally.indexes,
				manifests: this.#tally.manifests,
				blobs: this.#tally.blobs,
				requests: requests - this.#before.requests,
				bytes: bytes - this.#before.bytes,
				weakReads: this.#tally.weakReads,
			},
			findings: this.#findings.sort(compareFindings),
			inconclusive: this.#ledger.list(),
			listedRepositories: this.#catalog.ours,
			listedTags: this.#listedTags,
			broken: this.#broken.list(),
			catalogError: failure?.unlooked,
			inconclusiveCounts: this.#ledger.counts,
		};
	}
}

/** Tags that answered at first and turned out to say nothing. */
function unresolved(doubts: readonly Doubt[]): number {
	const tags = doubts.filter(({ digest }) => digest === "");
	return new Set(tags.map(({ reference }) => reference)).size;
}

const LATE: Unlooked = { unlooked: "deadline", detail: "not looked at" };
const UNUSED: Uses = { tags: new Set(), digests: new Set() };
