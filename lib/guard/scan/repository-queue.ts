const NEXT = 0;
const STOPPED = 1;

/** Repositories that threads take turns with: each is taken once, in order. */
export class RepositoryQueue {
	/** What the threads share; a queue made of it is this one. */
	readonly cells: Int32Array;
	readonly #names: readonly string[];

	constructor(
		names: readonly string[],
		cells: Int32Array = new Int32Array(new SharedArrayBuffer(8)),
	) {
		this.#names = names;
		this.cells = cells;
	}

	/** The next one and its place in the order; undefined when none is left or the queue was stopped. */
	take(): { readonly at: number; readonly name: string } | undefined {
		if (this.isStopped) return undefined;
		const at = Atomics.add(this.cells, NEXT, 1);
		const name = this.#names[at];
		return name === undefined ? undefined : { at, name };
	}

	/** Nothing is taken any more, by no thread. */
	stop(): void {
		Atomics.store(this.cells, STOPPED, 1);
	}

	get isStopped(): boolean {
		return Atomics.load(this.cells, STOPPED) === 1;
	}
}
