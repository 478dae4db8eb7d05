const WORDS = 8;
const ALGORITHM = "sha256:";
/** Full enough to grow: probes stay short, and growing needs one and a half of the table at a time. */
const MOST_LOAD = 0.7;

/**
 * What the bytes under a digest really hash to, over all repositories of a store: a layer that a thousand of them share
 * is read once. 32 bytes a blob instead of a string: a store has millions.
 */
export class Hashes {
	#slots = new Uint32Array(WORDS << 10);
	#count = 0;
	readonly #wrong = new Map<string, string>();
	readonly #bytes = Buffer.alloc(WORDS * 4);
	readonly #key = new Uint32Array(
		this.#bytes.buffer,
		this.#bytes.byteOffset,
		WORDS,
	);

	/** The digest of what lies under a digest, undefined where it was not read. */
	get(digest: string): string | undefined {
		const wrong = this.#wrong.get(digest);
		if (wrong !== undefined || !this.#parse(digest)) return wrong;
		const at = this.#find(this.#slots, this.#key);
		return this.#isFree(this.#slots, at) ? undefined : digest;
	}

	set(digest: string, got: string): void {
		if (got !== digest) this.#wrong.set(digest, got);
		else if (this.#parse(digest)) this.#add();
	}

	#add(): void {
		const at = this.#find(this.#slots, this.#key);
		if (!this.#isFree(this.#slots, at)) return;
		this.#slots.set(this.#key, at);
		this.#count++;
		if (this.#count * WORDS > this.#slots.length * MOST_LOAD) this.#grow();
	}

	#grow(): void {
		const larger = new Uint32Array(this.#slots.length * 2);
		for (let at = 0; at < this.#slots.length; at += WORDS) {
			const key = this.#slots.subarray(at, at + WORDS);
			if (!this.#isFree(this.#slots, at))
				larger.set(key, this.#find(larger, key));
		}
		this.#slots = larger;
	}

	/** Only sha256 is kept: there is hardly anything else. */
	#parse(digest: string): boolean {
		if (!digest.startsWith(ALGORITHM)) return false;
		return this.#bytes.write(digest.slice(ALGORITHM.length), "hex") > 0;
	}

	/** Where a key is, or would be. */
	#find(slots: Uint32Array, key: Uint32Array): number {
		const mask = slots.length / WORDS - 1;
		let slot = (key[0] ?? 0) & mask;
		for (;;) {
			const at = slot * WORDS;
			if (this.#isFree(slots, at) || isAt(slots, at, key)) return at;
			slot = (slot + 1) & mask;
		}
	}

	/** The digest of zeros is nobody's. */
	#isFree(slots: Uint32Array, at: number): boolean {
		for (let i = 0; i < WORDS; i++) if (slots[at + i] !== 0) return false;
		return true;
	}
}

function isAt(slots: Uint32Array, at: number, key: Uint32Array): boolean {
	for (let i = 0; i < WORDS; i++) if (slots[at + i] !== key[i]) return false;
	return true;
}
