/** Lets many in together or one alone, in the order in which they came. */
export class Gate {
	#last: Promise<unknown> = Promise.resolve();
	readonly #inside = new Set<Promise<unknown>>();

	together<T>(run: () => Promise<T>): Promise<T> {
		const done = this.#last.then(run);
		const leaves = done
			.catch(() => {})
			.then(() => void this.#inside.delete(leaves));
		this.#inside.add(leaves);
		return done;
	}

	alone<T>(run: () => Promise<T>): Promise<T> {
		const before = [this.#last, ...this.#inside];
		const done = Promise.all(before).then(run);
		this.#last = done.catch(() => {});
		return done;
	}
}
