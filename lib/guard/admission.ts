import { Queue } from "./queue";

/**
 * Bounds the weight of what is in memory at a time. First come, first served; what weighs more than all there is room
 * for is let in alone.
 */
export class Admission {
	readonly #room: number;
	readonly #waiting = new Queue<{ weight: number; admit: () => void }>();
	#used = 0;

	constructor(room: number) {
		this.#room = room;
	}

	/** Waits for room; call what it gives when done. */
	async enter(size: number): Promise<() => void> {
		const weight = Math.min(size, this.#room);
		if (this.#waiting.length > 0 || this.#used + weight > this.#room)
			await new Promise<void>((admit) => this.#waiting.add({ weight, admit }));
		else this.#used += weight;
		return () => this.#leave(weight);
	}

	#leave(weight: number): void {
		this.#used -= weight;
		for (;;) {
			const next = this.#waiting.first;
			if (!next || this.#used + next.weight > this.#room) return;
			this.#used += next.weight;
			this.#waiting.take();
			next.admit();
		}
	}
}
