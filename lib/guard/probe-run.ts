import { BrokenTags } from "./broken-tags";
import { Catalog } from "./catalog";
import { confirm } from "./confirm";
import type { Outcome } from "./contract";
import type { Finding } from "./finding";
import { compareFindings, findingsOf } from "./findings-of";
import { inconclusiveOf, Ledger } from "./ledger";
import type { Neighbours } from "./neighbour";
import type { ProbeOptions, ProbeResult } from "./probe";
import { Queue } from "./queue";
import type { Doubt } from "./reach";
import { walkUntil } from "./reserve";
import { tagsOfWindow } from "./rotation";
import { Scheduler } from "./scheduler";
import { addTally, emptyTally } from "./tally";
import { type Uses, usesByRepository } from "./used-images";
import type { Unlooked } from "./verdict";
import { type Visit, visit } from "./visit";
import type { WalkOptions } from "./walk";

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
	readonly #suspicions = new Queue<Visit>();
	readonly #uses: ReadonlyMap<string, Uses> | undefined;
	/** Tags of the last runs' findings, and whether only a full read sees what they have. */
	readonly #revisit = new Map<string, boolean>();
	readonly #before: { readonly requests: number; readonly bytes: number };
	#neighbours: Neighbours = { manifest: undefined, blob: undefined };
	#repositories = 0;
	#done = 0;
	#tags = 0;
	#listedTags = 0;
	#suspected = 0;

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
					findings: this.#suspected,
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
		const settle = async (suspicion: Visit) => {
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
			for (const each of findingsOf(context, confirmation))
				this.#findings.push(each);
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
		if (this.#walk.isOver()) return this.#note(LATE, repository);
		const { tagsPerRepo, window } = this.#options;
		const used = this.#uses?.get(repository);
		const broken = (tag: string) => this.#revisit.get(`${repository}:${tag}`);
		const isAlways = (tag: string) =>
			tag === "latest" || used?.tags.has(tag) || broken(tag) !== undefined;
		this.#sumUp(
			await visit({
				repository,
				walk: this.#walk,
				choose: (tags) => tagsOfWindow(tags, tagsPerRepo, window, isAlways),
				isDoubted: (tag) => broken(tag) === true,
			}),
		);
	}

	#sumUp(seen: Visit): void {
		const { repository, failure, doubts, visited, cut, chosen } = seen;
		this.#listedTags += seen.listed;
		this.#tags += visited;
		addTally(this.#tally, seen.tally);
		if (failure) this.#note(failure, repository);
		else if (visited > 0 || chosen === 0) this.#repositories++;
		for (const doubt of doubts)
			if (doubt.unlooked !== "deadline") this.#note(doubt, repository);
		if (cut > 0) {
			const detail = `${cut} of ${chosen} tags not looked at to their end`;
			this.#ledger.add({ repository, reason: "deadline", detail }, cut);
		}
		const { manifest, blob } = this.#neighbours;
		this.#neighbours = {
			manifest: manifest ?? seen.neighbours.manifest,
			blob: blob ?? seen.neighbours.blob,
		};
		this.#suspected += seen.suspects.length;
		if (seen.suspects.length > 0) this.#suspicions.add(seen);
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
