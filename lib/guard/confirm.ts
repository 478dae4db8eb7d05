import { MergedSuspects } from "./merged-suspects";
import type { Neighbours } from "./neighbour";
import { type Doubt, type Reach, reach, type Suspect } from "./reach";
import { lookAgain } from "./second-look";
import { Walk, type WalkOptions } from "./walk";

export interface Confirmation {
	readonly confirmed: readonly Suspect[];
	readonly doubts: readonly Doubt[];
	/** Digest under every reference of a suspect, as of the last walk. */
	readonly rootOf: ReadonlyMap<string, string>;
	/** The walk over the references that had changed; undefined where none had. */
	readonly again: Walk | undefined;
}

/**
 * Settles what a walk over a repository suspects: looks again at every suspect, and walks references that changed
 * meanwhile once more. What changes a second time is `moved`.
 *
 * @param isListed The references come from the registry's own list: one that is gone from it is dropped.
 */
export async function confirm(
	repository: string,
	options: WalkOptions,
	{ suspects, rootOf }: Pick<Reach, "suspects" | "rootOf">,
	neighbours: Neighbours,
	isListed: boolean,
): Promise<Confirmation> {
	const { client, scheduler } = options;
	const common = { client, repository, neighbours, scheduler, isListed };
	const first = await lookAgain({ ...common, suspects, rootOf });
	if (first.changed.size === 0) return { ...first, rootOf, again: undefined };
	const again = new Walk(repository, options);
	await again.run([...first.changed]);
	const seen = reach(again);
	const second =
		seen.suspects.length > 0
			? await lookAgain({ ...common, ...seen })
			: undefined;
	const confirmed = new MergedSuspects();
	for (const each of [first, second]) confirmed.add(each?.confirmed ?? []);
	const moved = [...(second?.changed ?? [])].map(
		(reference): Doubt => ({
			unlooked: "moved",
			detail: "changed again while it was walked once more",
			reference,
			digest: "",
		}),
	);
	return {
		confirmed: confirmed.list(),
		doubts: [
			...first.doubts,
			...seen.doubts,
			...(second?.doubts ?? []),
			...moved,
		],
		rootOf: new Map([...rootOf, ...seen.rootOf]),
		again,
	};
}
