import { lstatSync } from "node:fs";
import { compareText } from "../broken-tags";
import { MergedSuspects } from "../merged-suspects";
import { type Doubt, reach, type Suspect } from "../reach";
import { addNodes, emptyTally, type Tally } from "../tally";
import type { Unlooked } from "../verdict";
import type { BlobFolder } from "./blob-folder";
import { DiskWalk, seenBlob } from "./disk-walk";
import { hashFile } from "./hash-file";
import type { Hashes } from "./hashes";
import type { Pace } from "./pace";
import type { RepositoryFolder } from "./repository-folder";

/** Tags whose graph is in memory at a time; what two such groups share is looked at twice. */
const AT_A_TIME = 500;

/** What the repositories of a store have in common. */
export interface RepositoryContext {
	readonly blobs: BlobFolder;
	/** undefined: large blobs are held against their sizes only. */
	readonly hashes: Hashes | undefined;
	readonly isCache: boolean;
	readonly pace: Pace;
}

interface OrphanLink {
	readonly digest: string;
	readonly blob: string;
}

/** What a repository comes to when its graph is gone. */
export interface RepositoryScan {
	/** Bad nodes that a tag reaches, looked at twice. */
	readonly suspects: readonly Suspect[];
	/** Bad nodes that no tag reaches. */
	readonly untagged: readonly Suspect[];
	/** The digest that a tag of a suspect names, where it names one. */
	readonly rootOf: ReadonlyMap<string, string>;
	/** Digests of layer links whose blob is gone, and where that was. */
	readonly orphans: readonly OrphanLink[];
	readonly doubts: readonly Doubt[];
	/** Tags of which nothing is left for lack of time. */
	readonly visited: number;
	readonly tally: Tally;
	/** Bytes read and hashed. */
	readonly bytes: number;
}

/** Looks at one repository on disk. */
export async function scanRepository(
	folder: RepositoryFolder,
	context: RepositoryContext,
): Promise<RepositoryScan> {
	const look = new Look(folder, context);
	const tags = [...folder.tags].sort(compareText);
	const tagged = await look.confirmed(tags);
	const { visited } = look;
	// a manifest that was deleted leaves its folder behind, without a link
	const isLinked = (each: string) => folder.hasRevision(each);
	// which ones no tag reaches is known when all tags were followed
	const loose = context.pace.isOver
		? []
		: folder.revisions(look.reached).filter(isLinked);
	const untagged = await look.confirmed(loose.sort(compareText));
	return {
		suspects: tagged,
		untagged,
		rootOf: look.rootOf,
		orphans: context.isCache ? [] : look.orphans(),
		doubts: look.doubts,
		visited,
		tally: look.tally,
		bytes: look.bytes,
	};
}

const keyOf = ({ role, digest, references }: Suspect) =>
	`${role} ${digest || references[0]}`;

class Look {
	readonly reached = new Set<string>();
	readonly rootOf = new Map<string, string>();
	readonly doubts: Doubt[] = [];
	readonly tally = emptyTally();
	visited = 0;
	bytes = 0;
	/** Layers whose blob was seen. */
	readonly #present = new Set<string>();
	readonly #folder: RepositoryFolder;
	readonly #context: RepositoryContext;

	constructor(folder: RepositoryFolder, context: RepositoryContext) {
		this.#folder = folder;
		this.#context = context;
	}

	/** What is bad under tags or digests, and is so at a second look: a store that is written to changes meanwhile. */
	async confirmed(references: readonly string[]): Promise<readonly Suspect[]> {
		const suspects = new MergedSuspects();
		for (let at = 0; at < references.length; at += AT_A_TIME) {
			const walk = await this.#walk(references.slice(at, at + AT_A_TIME));
			this.#note(walk);
			const seen = reach(walk);
			this.visited += seen.visited;
			for (const doubt of seen.doubts) this.doubts.push(doubt);
			suspects.add(this.#wanted(seen.suspects));
		}
		const first = suspects.list();
		return first.length === 0 ? first : this.#again(first);
	}

	async #again(first: readonly Suspect[]): Promise<readonly Suspect[]> {
		const all = [...new Set(first.flatMap((each) => each.references))];
		const suspects = new MergedSuspects();
		for (let at = 0; at < all.length; at += AT_A_TIME) {
			const walk = await this.#walk(all.slice(at, at + AT_A_TIME));
			const seen = reach(walk);
			for (const [reference, digest] of [...seen.rootOf, ...walk.targets])
				if (digest !== "") this.rootOf.set(reference, digest);
			suspects.add(this.#wanted(seen.suspects));
		}
		// a tag that was deleted meanwhile leads nowhere, and that is no damage
		const isThere = (each: string) =>
			each.includes(":") || this.#folder.hasTag(each);
		const second = suspects
			.list()
			.map((each) => ({ ...each, references: each.references.filter(isThere) }))
			.filter(({ references }) => references.length > 0);
		const kept = new Set(second.map(keyOf));
		for (const suspect of first) {
			if (kept.has(keyOf(suspect))) continue;
			const { references, digest } = suspect;
			const [reference = ""] = references;
			this.doubts.push({ ...this.#unconfirmed(), reference, digest });
		}
		const known = new Set(first.map(keyOf));
		return second.filter((each) => known.has(keyOf(each)));
	}

	#unconfirmed(): Unlooked {
		return this.#context.pace.isOver
			? { unlooked: "deadline", detail: "bad, and no time for a second look" }
			: {
					unlooked: "moved",
					detail: "bad at the first look, and not at the second",
				};
	}

	/** Layer links that lead to no blob. */
	orphans(): readonly OrphanLink[] {
		const { blobs } = this.#context;
		return this.#folder.layers(this.#present).flatMap((digest) => {
			const target = this.#folder.layerTarget(digest);
			if (typeof target !== "string" || blobs.obstacleTo(target)) return [];
			const blob = blobs.pathOf(target);
			try {
				return lstatSync(blob, { throwIfNoEntry: false })
					? []
					: [{ digest, blob }];
			} catch {
				// it could not be looked at: it stays
				return [];
			}
		});
	}

	/** What was not pulled yet is no damage to a cache. */
	#wanted(suspects: readonly Suspect[]): readonly Suspect[] {
		if (!this.#context.isCache) return suspects;
		return suspects.filter(
			({ bad: { reason } }) =>
				reason !== "missing" && reason !== "dangling-tag",
		);
	}

	async #walk(references: readonly string[]): Promise<DiskWalk> {
		const { blobs, hashes, pace } = this.#context;
		const walk = new DiskWalk(this.#folder, blobs, hashes);
		for (const reference of references) {
			if (pace.isOver) {
				const isTag = !reference.includes(":");
				walk.roots.push({ reference, isTag, edge: undefined });
			} else walk.run(reference);
			await pace.breathe();
		}
		for (const { node, path, isAlias } of walk.hashTasks) {
			const { digest } = node;
			const read = await hashFile(path, digest, pace);
			if (!("size" in read)) {
				node.fact = read;
				continue;
			}
			this.bytes += read.size;
			if (!isAlias) hashes?.set(digest, read.digest);
			node.fact = seenBlob(read.size, read.digest);
		}
		return walk;
	}

	#note({ nodes: { manifests, blobs }, bytes }: DiskWalk): void {
		addNodes(this.tally, manifests.values());
		addNodes(this.tally, blobs.values());
		this.bytes += bytes;
		for (const digest of manifests.keys()) this.reached.add(digest);
		for (const { digest, fact } of blobs.values())
			if (fact && "is" in fact) this.#present.add(digest);
	}
}
