import { join } from "node:path";
import { BrokenTags } from "../broken-tags";
import type { Outcome } from "../contract";
import { errorText } from "../error-text";
import type { Counts } from "../finding";
import { compareFindings } from "../findings-of";
import { inconclusiveOf, Ledger } from "../ledger";
import { addTally, emptyTally } from "../tally";
import { BlobFolder } from "./blob-folder";
import type { Store } from "./find-stores";
import { Hashes } from "./hashes";
import { listFolder } from "./list-folder";
import { listRepositories } from "./list-repositories";
import {
	lookAtRepository,
	MOST_LISTED,
	type RepositoryLook,
	type SeenOrphan,
	type StoreContext,
} from "./look-at-repository";
import { Pace } from "./pace";
import { removeLayerLink } from "./remove-layer-link";
import { RepositoryQueue } from "./repository-queue";
import type { ScanOptions } from "./scan";
import type { OrphanLayerLink, ScanFinding, ScannedStore } from "./scan-result";
import type { ThreadLook } from "./scan-thread";

/** So few repositories are looked at before a second thread has begun. */
const FEW = 100;

/** Looks at one store. */
export async function scanStore(
	store: Store,
	options: ScanOptions,
): Promise<ScannedStore> {
	const started = Date.now();
	const scan = new StoreScan(store, options);
	if (store.root !== undefined) await scan.run(store.root);
	return scan.result((Date.now() - started) / 1000);
}

class StoreScan {
	readonly #store: Store;
	readonly #options: ScanOptions;
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
	#layerLinks: ScanOptions["layerLinks"];
	/** What came before its turn. */
	readonly #early = new Map<number, RepositoryLook>();
	/** Repositories whose look was added up. */
	#done = 0;

	constructor(store: Store, options: ScanOptions) {
		this.#store = store;
		this.#options = options;
	}

	async run(root: string): Promise<void> {
		const repositories = join(root, "repositories");
		const { names, troubles } = listRepositories(repositories);
		for (const trouble of troubles) this.#ledger.add(inconclusiveOf(trouble));
		const queue = new RepositoryQueue(names);
		const { stop } = this.#options;
		this.#layerLinks = this.#mayDo(root);
		const isOver = () => {
			if (stop?.aborted) queue.stop();
			return queue.isStopped;
		};
		// a thread that is waited for has to hear of it too
		stop?.addEventListener("abort", isOver);
		await this.#lookAtAll(root, names, queue, isOver);
		stop?.removeEventListener("abort", isOver);
		const left = names.length - this.#done;
		if (left > 0) {
			const detail = `stopped: ${left} of ${names.length} repositories were not looked at`;
			this.#ledger.add({ reason: "deadline", detail });
		}
		const whole = names.length > 0 ? repositories : root;
		if ("reason" in listFolder(whole))
			this.#ledger.add({
				reason: "wrong-backend",
				detail: `${whole}: gone since the scan began`,
			});
		if (names.length === 0 && !this.#store.isCache)
			this.#ledger.add({
				reason: "catalog-shrunk",
				detail: `${root}: got no repository, wanted at least one`,
			});
	}

	/** What to do with layer links: where no blob at all is there a disk may not be mounted, and every link would go. */
	#mayDo(root: string): ScanOptions["layerLinks"] {
		const { layerLinks, log = () => {} } = this.#options;
		if (layerLinks !== "remove") return layerLinks;
		const blobs = listFolder(join(root, "blobs"));
		if ("folders" in blobs && blobs.folders.length > 0) return layerLinks;
		log(`${root}/blobs: empty; no layer link is removed`);
		return "leave";
	}

	async #lookAtAll(
		root: string,
		names: readonly string[],
		queue: RepositoryQueue,
		isOver: () => boolean,
	): Promise<void> {
		const { full, log = () => {}, startThread } = this.#options;
		const { name, path, isCache } = this.#store;
		const about = { store: { name, path }, root, isCache };
		const context: StoreContext = {
			...about,
			blobs: new BlobFolder(join(root, "blobs")),
			hashes: full ? new Hashes() : undefined,
			pace: new Pace(isOver),
		};
		// what was hashed is known to one thread only, and hashing it twice would take longer
		const isShared = !full && names.length > FEW;
		const { cells } = queue;
		const { plain } = context.blobs;
		const second = isShared
			? startThread?.({ ...about, names, cells, plain }, this.#receive)
			: undefined;
		const ended = second?.catch((error) =>
			log(`a thread of the scan ended: ${errorText(error)}`),
		);
		const lookAt = async (at: number, name: string) =>
			this.#receive({ at, look: await lookAtRepository(name, context) });
		while (!isOver()) {
			const turn = queue.take();
			if (!turn) break;
			await lookAt(turn.at, turn.name);
			await context.pace.breathe();
		}
		await ended;
		// what a thread had taken when it died, and looks that wait for that
		const isLeft = () => this.#early.size > 0 || !queue.isStopped;
		while (this.#done < names.length && isLeft())
			await lookAt(this.#done, names[this.#done] ?? "");
	}

	readonly #receive = ({ at, look }: ThreadLook): void => {
		// a thread that died may have sent it before it did
		if (at < this.#done) return;
		this.#early.set(at, look);
		for (;;) {
			const next = this.#early.get(this.#done);
			if (!next) return;
			this.#early.delete(this.#done);
			this.#done++;
			this.#add(next);
		}
	};

	#add({ inconclusive, seen }: RepositoryLook): void {
		for (const each of inconclusive) this.#ledger.add(each);
		if (seen) {
			for (const each of seen.findings) this.#found(each);
			const room = MOST_LISTED - this.#untagged.length;
			this.#untagged.push(...seen.untagged.slice(0, room));
			this.#untaggedCount += seen.untaggedCount;
			for (const orphan of seen.orphans) this.#orphan(orphan);
			addTally(this.#tally, seen.tally);
			this.#repositories++;
			this.#tags += seen.tags;
			this.#bytes += seen.bytes;
		}
		this.#options.onProgress?.({
			store: this.#store.name,
			repositories: this.#repositories,
			tags: this.#tags,
			findings: this.#findings.length,
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

	#found(finding: ScanFinding): void {
		this.#findings.push(finding);
		const { repository, tags, reason } = finding;
		for (const tag of tags)
			this.#broken.add({ repository, tag, reason, inUse: null });
	}

	/** A layer link whose blob is gone: told, and removed where that was asked for. A finding about it stays one. */
	#orphan({ link, blob, ...orphan }: SeenOrphan): void {
		const { log = () => {} } = this.#options;
		this.#orphanCount++;
		if (this.#orphans.length < MOST_LISTED) this.#orphans.push(orphan);
		if (this.#layerLinks === "list") log(`would remove ${link}`);
		if (this.#layerLinks !== "remove") return;
		const trouble = removeLayerLink(link, blob);
		if (trouble) this.#ledger.add(inconclusiveOf(trouble, orphan.repository));
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
