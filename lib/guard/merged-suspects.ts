import type { Suspect } from "./reach";

/** One suspect a node, with the references of all that are added; its way is that of its first reference. */
export class MergedSuspects {
	readonly #byNode = new Map<string, { shown: Suspect; all: string[] }>();

	/** Costs no more than what is added: a repository may have hundreds of groups of tags. */
	add(suspects: readonly Suspect[]): void {
		for (const suspect of suspects) {
			const { role, digest, references } = suspect;
			const [first = ""] = references;
			const key = `${role} ${digest || first}`;
			const same = this.#byNode.get(key);
			if (same) {
				if (first < (same.shown.references[0] ?? "")) same.shown = suspect;
				for (const each of references) same.all.push(each);
			} else this.#byNode.set(key, { shown: suspect, all: [...references] });
		}
	}

	list(): readonly Suspect[] {
		return [...this.#byNode.values()].map(({ shown, all }) => ({
			...shown,
			references: [...new Set(all)].sort(),
		}));
	}
}
