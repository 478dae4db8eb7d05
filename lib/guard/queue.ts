/** First in, first out; both ends in constant time, unlike `shift` of a long array. */
export class Queue<T> {
	#items: (T | undefined)[] = [];
	#first = 0;

	get length(): number {
		return this.#items.length - this.#first;
	}

	add(item: T): void {
		this.#items.push(item);
	}

	take(): T | undefined {
		const item = this.#items[this.#first];
		if (this.#first < this.#items.length)
			this.#items[this.#first++] = undefined;
		if (this.#first === this.#items.length) {
			this.#items = [];
			this.#first = 0;
		}
		return item;
	}
}
