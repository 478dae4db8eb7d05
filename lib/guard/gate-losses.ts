import { compareText } from "./broken-tags";
import type { Finding } from "./finding";
import type { Holding, Holdings } from "./gate-holdings";

/** Something that was whole when the gate was opened and is not now. */
export interface Loss {
	readonly repository: string;
	/** All of its tags then; none for a manifest that was kept by its digest alone. */
	readonly tags: readonly string[];
	readonly digest: string | null;
	/** `gone`: it is not named any more; otherwise the finding's reason. */
	readonly reason: Finding["reason"] | "gone";
}

/** A bad node that no tag reaches; the first step of its path is the manifest that leads to it. */
export type Untagged = Pick<
	Finding,
	"repository" | "digest" | "reason" | "path"
>;

/** What was seen when the gate was opened. */
export interface Whole {
	readonly holdings: Holdings;
	/** Nodes that were bad already and that no tag reached: `repository digest`; undefined: too many to tell them. */
	readonly broken: ReadonlySet<string> | undefined;
}

export interface Now {
	readonly holdings: Holdings;
	/** Of both looks. */
	readonly findings: readonly Finding[];
	/** undefined: too many to tell them. */
	readonly untagged: readonly Untagged[] | undefined;
	/** That something is not there says nothing: a cache lets go by itself, a partial look has not seen all. */
	readonly isSparse: boolean;
}

const NOTHING: Holding = { tags: new Map(), revisions: [] };

/** What was whole and is not now, once per (repository, digest) with all tags that lost it; sorted by repository. */
export function lossesOf(
	{ holdings: whole, broken }: Whole,
	now: Now,
): readonly Loss[] {
	const losses = new Map<string, Loss>();
	const add = (loss: Loss) => {
		const key = `${loss.repository} ${loss.digest ?? loss.tags.join()}`;
		const { tags, ...first } = losses.get(key) ?? loss;
		losses.set(key, { ...first, tags: [...new Set([...tags, ...loss.tags])] });
	};
	for (const { repository, tags, digest, reason } of now.findings) {
		// wherever it points now: it was whole
		const lost = tags.filter((tag) => whole.get(repository)?.tags.has(tag));
		if (lost.length > 0) add({ repository, tags: lost, digest, reason });
	}
	for (const each of (broken && now.untagged) ?? []) {
		const { repository, digest, reason, path } = each;
		const root = path[0]?.digest ?? digest;
		const held = root && whole.get(repository)?.revisions.includes(root);
		if (held && !broken?.has(nodeOf(each)))
			add({ repository, tags: [], digest, reason });
	}
	if (!now.isSparse) for (const loss of goneOf(whole, now.holdings)) add(loss);
	return [...losses.values()].sort((a, b) =>
		compareText(a.repository, b.repository),
	);
}

function* goneOf(whole: Holdings, holdings: Holdings): Iterable<Loss> {
	for (const [repository, then] of whole) {
		const { tags, revisions } = holdings.get(repository) ?? NOTHING;
		const held = new Set(revisions);
		const tagged = [...then.tags];
		for (const digest of then.revisions)
			if (!held.has(digest))
				yield {
					repository,
					tags: tagged.flatMap(([tag, to]) => (to === digest ? tag : [])),
					digest,
					reason: "gone",
				};
		for (const [tag, digest] of tagged)
			if (!tags.has(tag))
				yield { repository, tags: [tag], digest, reason: "gone" };
	}
}

function nodeOf({
	repository,
	digest,
}: Pick<Untagged, "repository" | "digest">) {
	return `${repository} ${digest}`;
}

/** Everything that is named and not known to be bad. */
export function wholeOf(
	holdings: Holdings,
	untagged: readonly Untagged[] | undefined,
): Whole {
	const led = new Set(
		untagged?.flatMap(({ repository, digest, path }) =>
			[digest, ...path.map((step) => step.digest)].map((each) =>
				nodeOf({ repository, digest: each }),
			),
		),
	);
	return {
		holdings: new Map(
			[...holdings].map(([repository, { tags, revisions }]) => [
				repository,
				{
					tags,
					revisions: revisions.filter(
						(digest) => !led.has(nodeOf({ repository, digest })),
					),
				},
			]),
		),
		broken: untagged && new Set(untagged.map(nodeOf)),
	};
}
