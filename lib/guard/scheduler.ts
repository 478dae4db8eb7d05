/** Gives the next task; undefined where there is none now (a task that ends may bring more). */
export type Take = () => Promise<void> | undefined;

interface Source {
	readonly take: Take;
	active: number;
	readonly resolve: () => void;
	readonly reject: (error: unknown) => void;
}

/**
 * Runs the tasks of many sources, so many at a time over all of them. Who came first goes first: what was begun is
 * finished, and forgotten, before more is begun.
 */
export class Scheduler {
	readonly #width: number;
	readonly #sources = new Set<Source>();
	#active = 0;

	constructor(width: number) {
		this.#width = width;
	}

	/**
	 * Runs a source's tasks until it has none left and none is under way.
	 *
	 * @throws what a task throws; nothing more is taken of this source then
	 */
	run(take: Take): Promise<void> {
		return new Promise((resolve, reject) => {
			this.#sources.add({ take, active: 0, resolve, reject });
			this.#pump();
		});
	}

	#pump(): void {
		for (const source of this.#sources) {
			while (this.#active < this.#width) {
				const task = source.take();
				if (!task) break;
				this.#start(source, task);
			}
			if (source.active === 0 && this.#active < this.#width) {
				this.#sources.delete(source);
				source.resolve();
			}
			if (this.#active === this.#width) return;
		}
	}

	#start(source: Source, task: Promise<void>): void {
		source.active++;
		this.#active++;
		const end = () => {
			source.active--;
			this.#active--;
		};
		task.then(
			() => {
				end();
				this.#pump();
			},
			(error) => {
				end();
				this.#sources.delete(source);
				source.reject(error);
				this.#pump();
			},
		);
	}
}
