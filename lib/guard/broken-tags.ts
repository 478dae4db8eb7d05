import { REASONS, type Reason } from "./contract";

/** A tag that leads to something bad. */
export interface BrokenTag {
	readonly repository: string;
	readonly tag: string;
	/** The first in the contract's order where the tag has several. */
	readonly reason: Reason;
	readonly inUse: boolean | null;
}

const rankOf = new Map(REASONS.map((reason, rank) => [reason, rank]));

/** Order by code units: the same on every machine. */
export function compareText(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/** Broken tags, each once however many bad nodes it leads to. */
export class BrokenTags {
	readonly #byName = new Map<string, BrokenTag>();

	get size(): number {
		return this.#byName.size;
	}

	add(found: BrokenTag): void {
		const name = `${found.repository}:${found.tag}`;
		const known = this.#byName.get(name);
		const isWorse =
			known &&
			(rankOf.get(known.reason) ?? 0) <= (rankOf.get(found.reason) ?? 0);
		this.#byName.set(name, {
			...found,
			reason: isWorse ? known.reason : found.reason,
			inUse: known?.inUse || found.inUse,
		});
	}

	/** In-use first, then by name. */
	list(): BrokenTag[] {
		return [...this.#byName.values()].sort(
			(a, b) =>
				Number(b.inUse === true) - Number(a.inUse === true) ||
				compareText(a.repository, b.repository) ||
				compareText(a.tag, b.tag),
		);
	}
}
