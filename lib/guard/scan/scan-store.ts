import { join } from "node:path";
import { BrokenTags, compareText } from "../broken-tags";
import type { Outcome } from "../contract";
import type { Counts } from "../finding";
import { compareFindings } from "../findings-of";
import { inconclusiveOf, Ledger } from "../ledger";
import type { Suspect } from "../reach";
import { addTally, emptyTally } from "../tally";
import { BlobFolder } from "./blob-folder";
import { planDiskRepair } from "./disk-repair";
import type { Store } from "./find-stores";
import { Hashes } from "./hashes";
import { listFolder } from "./list-folder";
import { listRepositories } from "./list-repositories";
import { openRepository } from "./open-repository";
import type { Pace } from "./pace";
import { removeLayerLink } from "./remove-layer-link";
import type { RepositoryFolder } from "./repository-folder";
import type { ScanOptions } from "./scan";
import {
	type RepositoryScan,
	type StoreContext,
	scanRepository,
} from "./scan-repository";
import type { OrphanLayerLink, ScanFinding, ScannedStore } from "./scan-result";

/** Entries that are listed of what no tag reaches; after a collection there may be millions of layer links without a blob. */
const MOST_LISTED = 1000;

/** Looks at one store. */
export async function scanStore(
	store: Store,
	options: ScanOptions,
	pace: Pace,
): Promise<ScannedStore> {
	const started = Date.now();
	const scan = new StoreScan(store, options, pace);
	if (store.root !== undefined) await scan.run(store.root);
	return scan.result((Date.now() - started) / 1000);
}

class StoreScan {
	readonly #store: Store;
	readonly #options: ScanOptions;
	readonly #pace: Pace;
	readonly #ledger = new Ledger();
	readonly #broken = new BrokenTags();
	readonly #findings: ScanFinding[] = [];
	readonly #untagged: ScanFinding[] = [];
	readonly #tally = emptyTally();
	#untaggedCount = 0;
	readonly #orphans: OrphanLayerLink[] = [];
	#orphanCount = 0;
	#repositories = 0;
	#tags = 0;
	#bytes = 0;

	constructor(store: Store, options: ScanOptions, pace: Pace) {
		this.#store = store;
		this.#options = options;
		this.#pace = pace;
	}

	async run(root: string): Promise<void> {
		const { full, onProgress } = this.#options;
		const { isCache, name: store } = this.#store;
		const context: StoreContext = {
			blobs: new BlobFolder(join(root, "blobs")),
			hashes: full ? new Hashes() : undefined,
			isCache,
			pace: this.#pace,
		};
		const { names, troubles } = listRepositories(join(root, "repositories"));
		for (const trouble of troubles) this.#ledger.add(inconclusiveOf(trouble));
		for (const [at, name] of names.entries()) {
			if (this.#pace.isOver) {
				const detail = `stopped: ${names.length - at} of ${names.length} repositories were not looked at`;
				this.#ledger.add({ reason: "deadline", detail });
				break;
			}
			const folder = openRepository(root, name);
			if ("unlooked" in folder) this.#ledger.add(inconclusiveOf(folder, name));
			else await this.#look(folder, context);
			onProgress?.({
				store,
				repositories: this.#repositories,
				tags: this.#tags,
				findings: this.#findings.length,
			});
		}
		if ("reason" in listFolder(root))
			this.#ledger.add({
				reason: "wrong-backend",
				detail: `${root}: gone since the scan began`,
			});
		if (names.length === 0 && !isCache)
			this.#ledger.add({
				reason: "catalog-shrunk",
				detail: `${root}: got no repository, wanted at least one`,
			});
	}

	result(durationSeconds: number): ScannedStore {
		const { name, path, isCache } = this.#store;
		const { counts } = this.#ledger;
		return {
			name,
			path,
			isCache,
			outcome: this.#outcome(),
			counts: this.#counts(),
			findings: this.#findings.sort(compareFindings),
			untagged: this.#untagged.sort(compareFindings),
			untaggedCount: this.#untaggedCount,
			orphanLayerLinks: this.#orphans,
			orphanLayerLinkCount: this.#orphanCount,
			inconclusive: this.#ledger.list(),
			inconclusiveCount: Object.values(counts).reduce((a, b) => a + b, 0),
			durationSeconds,
		};
	}

	async #look(folder: RepositoryFolder, context: StoreContext): Promise<void> {
		const repository = folder.name;
		const seen = await scanRepository(folder, context);
		for (const trouble of [...folder.troubles, ...seen.doubts])
			this.#ledger.add(inconclusiveOf(trouble, repository));
		for (const suspect of seen.suspects)
			this.#found(this.#finding(suspect, folder, context, seen));
		for (const suspect of seen.untagged) {
			this.#untaggedCount++;
			if (this.#untagged.length < MOST_LISTED)
				this.#untagged.push(this.#finding(suspect, folder, context, seen));
		}
		for (const digest of seen.orphans) this.#orphan(digest, folder);
		addTally(this.#tally, seen.tally);
		this.#repositories++;
		this.#tags += seen.visited;
		this.#bytes += seen.bytes;
	}

	#found(finding: ScanFinding): void {
		this.#findings.push(finding);
		const { repository, tags, reason } = finding;
		for (const tag of tags)
			this.#broken.add({ repository, tag, reason, inUse: null });
	}

	#finding(
		suspect: Suspect,
		folder: RepositoryFolder,
		{ blobs }: StoreContext,
		{ rootOf }: Pick<RepositoryScan, "rootOf">,
	): ScanFinding {
		const { references, path, kind, bad, size } = suspect;
		const [first = ""] = references;
		const root = rootOf.get(first);
		const digest = suspect.digest || root || null;
		const finding = {
			repository: folder.name,
			tags: references.filter((each) => !each.includes(":")).sort(compareText),
			digest,
			path: path.length > 0 || !digest ? path : [{ kind, digest }],
			kind,
			reason: bad.reason,
			expected: bad.expected ?? (size === undefined ? null : `${size} bytes`),
			got: bad.got,
			inUse: null,
		};
		const { name, path: store, isCache } = this.#store;
		const repair = planDiskRepair(finding, suspect, {
			store,
			isCache,
			folder,
			blobs,
			root: root ?? (first.includes(":") ? first : undefined),
		});
		return { store: name, ...finding, repair };
	}

	/** A layer link whose blob is gone: told, and removed where that was asked for. A finding about it stays one. */
	#orphan(digest: string, folder: RepositoryFolder): void {
		const { log = () => {}, layerLinks = "leave" } = this.#options;
		const { name: store } = this.#store;
		const repository = folder.name;
		this.#orphanCount++;
		if (this.#orphans.length < MOST_LISTED)
			this.#orphans.push({ store, repository, digest });
		const link = folder.layerLink(digest);
		if (layerLinks === "list") log(`would remove ${link}`);
		if (layerLinks !== "remove") return;
		const trouble = removeLayerLink(link);
		if (trouble) this.#ledger.add(inconclusiveOf(trouble, repository));
		else log(`removed ${link}`);
	}

	#counts(): Counts {
		const { indexes, manifests, blobs } = this.#tally;
		return {
			repositories: this.#repositories,
			tags: this.#tags,
			brokenTags: this.#broken.size,
			indexes,
			manifests,
			blobs,
			requests: 0,
			bytes: this.#bytes,
			weakReads: 0,
		};
	}

	#outcome(): Outcome {
		if (!this.#ledger.isPartial) return "complete";
		return this.#repositories === 0 ? "blind" : "partial";
	}
}
