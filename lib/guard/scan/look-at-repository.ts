import { compareText } from "../broken-tags";
import type { Inconclusive } from "../finding";
import { inconclusiveOf } from "../ledger";
import type { Suspect } from "../reach";
import type { Tally } from "../tally";
import { planDiskRepair } from "./disk-repair";
import type { Store } from "./find-stores";
import { openRepository } from "./open-repository";
import type { RepositoryFolder } from "./repository-folder";
import {
	type RepositoryContext,
	type RepositoryScan,
	scanRepository,
} from "./scan-repository";
import type { OrphanLayerLink, ScanFinding } from "./scan-result";

/** Entries that are listed of what no tag reaches; after a collection there may be millions of layer links without a blob. */
export const MOST_LISTED = 1000;

/** A store that is being looked at. */
export interface StoreContext extends RepositoryContext {
	readonly store: Pick<Store, "name" | "path">;
	/** `docker/registry/v2`. */
	readonly root: string;
}

/** What was seen of one repository; plain data, so that a thread can send it. */
export interface RepositoryLook {
	readonly inconclusive: readonly Inconclusive[];
	/** undefined: it could not even be listed. */
	readonly seen: SeenRepository | undefined;
}

/** With the paths of the link and of the blob that it leads to. */
export interface SeenOrphan extends OrphanLayerLink {
	readonly link: string;
	readonly blob: string;
}

interface SeenRepository {
	readonly findings: readonly ScanFinding[];
	/** Bad nodes that no tag reaches, at most 1000 of them. */
	readonly untagged: readonly ScanFinding[];
	readonly untaggedCount: number;
	/** Layer links whose blob is gone, all of them. */
	readonly orphans: readonly SeenOrphan[];
	/** Tags of which nothing is left for lack of time. */
	readonly tags: number;
	readonly tally: Tally;
	/** Bytes read and hashed. */
	readonly bytes: number;
}

/** Looks at one repository of a store. */
export async function lookAtRepository(
	name: string,
	context: StoreContext,
): Promise<RepositoryLook> {
	const folder = openRepository(context.root, name);
	if ("unlooked" in folder)
		return { inconclusive: [inconclusiveOf(folder, name)], seen: undefined };
	const scanned = await scanRepository(folder, context);
	const { suspects, untagged, orphans, tally, bytes } = scanned;
	const asFinding = (suspect: Suspect) =>
		findingOf(suspect, folder, context, scanned);
	return {
		inconclusive: [...folder.troubles, ...scanned.doubts].map((trouble) =>
			inconclusiveOf(trouble, name),
		),
		seen: {
			findings: suspects.map(asFinding),
			untagged: untagged.slice(0, MOST_LISTED).map(asFinding),
			untaggedCount: untagged.length,
			orphans: orphans.map(({ digest, blob }) => ({
				store: context.store.name,
				repository: name,
				digest,
				link: folder.layerLink(digest),
				blob,
			})),
			tags: scanned.visited,
			tally,
			bytes,
		},
	};
}

function findingOf(
	suspect: Suspect,
	folder: RepositoryFolder,
	{ blobs, store, isCache }: StoreContext,
	{ rootOf }: Pick<RepositoryScan, "rootOf">,
): ScanFinding {
	const { references, path, kind, bad, size, role } = suspect;
	const [first = ""] = references;
	const root = rootOf.get(first);
	const digest = suspect.digest || root || null;
	const stray = folder.strayTarget(role, digest ?? "");
	const finding = {
		repository: folder.name,
		tags: references.filter((each) => !each.includes(":")).sort(compareText),
		digest,
		path: path.length > 0 || !digest ? path : [{ kind, digest }],
		kind,
		reason: bad.reason,
		expected: bad.expected ?? (size === undefined ? null : `${size} bytes`),
		got: stray ? `a link to ${stray}` : bad.got,
		inUse: null,
	};
	const repair = planDiskRepair(finding, suspect, {
		store: store.path,
		isCache,
		folder,
		blobs,
		root: root ?? (first.includes(":") ? first : undefined),
	});
	return { store: store.name, ...finding, repair };
}
