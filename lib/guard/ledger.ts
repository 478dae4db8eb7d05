import {
	INCONCLUSIVE_REASONS,
	type InconclusiveReason,
	PARTIAL_REASONS,
} from "./contract";
import type { Inconclusive } from "./finding";
import type { Doubt } from "./reach";
import type { Unlooked } from "./verdict";

/** Entries of one reason that are listed; a dead registry of 100,000 tags is one fact, not 100,000. */
const MOST = 100;

/** A doubt as the report tells it. */
export function inconclusiveOf(
	doubt: Unlooked & Partial<Doubt>,
	repository?: string,
): Inconclusive {
	const { unlooked, detail, reference = "", digest = "" } = doubt;
	const isTag = reference !== "" && !reference.includes(":");
	const about = digest || (isTag ? "" : reference);
	return {
		...(repository !== undefined && { repository }),
		...(isTag && { tag: reference }),
		...(about !== "" && { digest: about }),
		reason: unlooked,
		detail,
	};
}

/** What could not be looked at: counted in full, listed to a bounded length. */
export class Ledger {
	readonly counts = Object.fromEntries(
		INCONCLUSIVE_REASONS.map((reason) => [reason, 0]),
	) as Record<InconclusiveReason, number>;
	readonly #listed = new Map<InconclusiveReason, Inconclusive[]>();
	readonly #leftOut = new Map<InconclusiveReason, number>();

	/** @param count How many things the entry stands for. */
	add(entry: Inconclusive, count = 1): void {
		const { reason } = entry;
		this.counts[reason] += count;
		const listed = this.#listed.get(reason) ?? [];
		this.#listed.set(reason, listed);
		if (listed.length < MOST) listed.push(entry);
		else this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + count);
	}

	/** Something is missing that a complete run has seen. */
	get isPartial(): boolean {
		return INCONCLUSIVE_REASONS.some(
			(reason) => this.counts[reason] > 0 && PARTIAL_REASONS.has(reason),
		);
	}

	/** In the contract's order; the last entry of a reason says how many are left out. */
	list(): Inconclusive[] {
		return INCONCLUSIVE_REASONS.flatMap((reason) => {
			const listed = this.#listed.get(reason) ?? [];
			const more = this.#leftOut.get(reason);
			return more === undefined
				? listed
				: [...listed, { reason, detail: `and ${more} more` }];
		});
	}
}
