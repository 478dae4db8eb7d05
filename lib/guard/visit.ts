import { factOfError } from "./look";
import { MergedSuspects } from "./merged-suspects";
import type { Neighbours } from "./neighbour";
import { neighboursIn } from "./neighbours-in";
import { type Doubt, type Reach, reach, type Suspect } from "./reach";
import { addNodes, emptyTally, type Tally } from "./tally";
import { isUnlooked, type Unlooked } from "./verdict";
import { Walk, type WalkOptions } from "./walk";

/** Tags of a repository whose graph is in memory at a time. What two such groups share is looked at twice. */
const TAGS_AT_A_TIME = 2000;

export interface VisitOptions {
	readonly repository: string;
	readonly walk: WalkOptions;
	/** The tags to look at, of those that are listed. */
	readonly choose: (tags: readonly string[]) => readonly string[];
	/** Only a full read can tell whether the tag is whole again. */
	readonly isDoubted: (tag: string) => boolean;
}

/** What is left of a repository when its graph is gone. */
export interface Visit extends Pick<Reach, "doubts" | "visited" | "cut"> {
	readonly repository: string;
	readonly listed: number;
	readonly chosen: number;
	/** Why the tag list could not be read to its end. */
	readonly failure: Unlooked | undefined;
	readonly suspects: readonly Suspect[];
	readonly rootOf: ReadonlyMap<string, string>;
	readonly tally: Tally;
	readonly neighbours: Neighbours;
}

async function listTags({ repository, walk: { client } }: VisitOptions) {
	const tags = new Set<string>();
	try {
		for await (const page of client.listTags(repository))
			for (const tag of page) tags.add(tag);
		return { tags, failure: undefined };
	} catch (error) {
		const fact = factOfError(error);
		const failure: Unlooked = isUnlooked(fact)
			? fact
			: {
					unlooked: fact.reason === "missing" ? "protocol" : "server-error",
					detail: `the tag list answers ${fact.got}`,
				};
		return { tags, failure };
	}
}

/** Lists a repository's tags and walks those that are chosen. */
export async function visit(options: VisitOptions): Promise<Visit> {
	const { repository, choose, isDoubted } = options;
	const { tags, failure } = await listTags(options);
	const chosen = choose([...tags]);
	const tally = emptyTally();
	const doubts: Doubt[] = [];
	const rootOf = new Map<string, string>();
	const suspects = new MergedSuspects();
	let neighbours: Neighbours = { manifest: undefined, blob: undefined };
	let visited = 0;
	let cut = 0;
	for (let at = 0; at < chosen.length; at += TAGS_AT_A_TIME) {
		const walk = new Walk(repository, options.walk);
		const some = chosen.slice(at, at + TAGS_AT_A_TIME);
		const doubted = some.filter(isDoubted);
		// first: what they share with others is read as deep as they need
		if (doubted.length > 0) await walk.run(doubted, "full");
		await walk.run(
			doubted.length > 0 ? some.filter((tag) => !isDoubted(tag)) : some,
		);
		addNodes(tally, walk.nodes.manifests.values());
		addNodes(tally, walk.nodes.blobs.values());
		const seen = reach(walk);
		visited += seen.visited;
		cut += seen.cut;
		for (const doubt of seen.doubts) doubts.push(doubt);
		for (const [tag, digest] of seen.rootOf) rootOf.set(tag, digest);
		suspects.add(seen.suspects);
		const { manifest, blob } = neighboursIn(walk);
		neighbours = {
			manifest: neighbours.manifest ?? manifest,
			blob: neighbours.blob ?? blob,
		};
	}
	return {
		repository,
		listed: tags.size,
		chosen: chosen.length,
		failure,
		suspects: suspects.list(),
		rootOf,
		doubts,
		visited,
		cut,
		tally,
		neighbours,
	};
}
