/** Requests of a kind cost alike: latencies are compared within a kind only. */
export type Work = "list" | "manifest" | "blob";

/** So many answers of a kind make one judgement. */
const WINDOW = 32;
/**
 * Latency may grow to this multiple of the best before it counts against the registry; at 2 a busy machine next to a
 * healthy registry made us shrink (measured on 2.8.2).
 */
const SLOWER = 3;
/** Latency alone takes the limit no lower: it may be somebody else who loads the registry. */
const FLOOR = 4;
/** The best latency is forgotten by this much a window, so that a registry that got slower for good is not shunned. */
const FORGET = 1.02;

interface Window {
	count: number;
	latency: number;
	/** Best mean latency seen, and the limit it was seen at. */
	best: number;
	bestLimit: number;
}

/**
 * How many requests may be under way. It starts at the ceiling, because a registry that hashes a password for each
 * request is the bottleneck at any number above its cores; halves on 429 and 503; shrinks by a quarter where
 * latency tripled and throughput (limit / latency, Little's law) did not grow; and takes one more a window otherwise.
 */
export class Limiter {
	private readonly ceiling: number;
	private readonly windows = new Map<Work, Window>();
	private readonly waiting: {
		readonly start: () => void;
		readonly fail: (error: Error) => void;
	}[] = [];
	private current: number;
	private active = 0;
	private cutAt = Number.NEGATIVE_INFINITY;
	private pausedUntil = 0;
	private resume: NodeJS.Timeout | undefined;

	constructor(ceiling: number) {
		this.ceiling = Math.max(1, ceiling);
		this.current = this.ceiling;
	}

	get limit(): number {
		return this.current;
	}

	/** Takes a place; undefined: it was free at once. */
	acquire(): Promise<void> | undefined {
		if (!this.resume && this.active < this.current) {
			this.active++;
			return;
		}
		return new Promise((start, fail) => this.waiting.push({ start, fail }));
	}

	/** Gives a place back. @param latency Milliseconds to the first byte of a good answer. */
	release(work: Work, latency?: number): void {
		this.active--;
		if (latency !== undefined && work !== "list") this.judge(work, latency);
		this.admit();
	}

	/**
	 * The registry asked for less.
	 *
	 * @param sentAt When the refused request was sent: those that were under way at the last cut do not count again.
	 * @param pause Milliseconds in which nothing is sent.
	 */
	throttle(sentAt: number, pause: number): void {
		if (sentAt >= this.cutAt) {
			this.current = Math.max(1, Math.floor(this.current / 2));
			this.cutAt = performance.now();
		}
		const until = performance.now() + pause;
		if (pause <= 0 || until <= this.pausedUntil) return;
		this.pausedUntil = until;
		// keeps the process alive: those who wait have no open socket that would
		clearTimeout(this.resume);
		this.resume = setTimeout(() => {
			this.resume = undefined;
			this.admit();
		}, pause);
	}

	/** Turns everyone away who waits. */
	close(error: Error): void {
		clearTimeout(this.resume);
		this.resume = undefined;
		for (const { fail } of this.waiting.splice(0)) fail(error);
	}

	private get floor(): number {
		return Math.min(FLOOR, Math.ceil(this.ceiling / 2));
	}

	private admit(): void {
		while (!this.resume && this.active < this.current) {
			const next = this.waiting.shift();
			if (!next) return;
			this.active++;
			next.start();
		}
	}

	private judge(work: Work, latency: number): void {
		let window = this.windows.get(work);
		if (!window) {
			window = { count: 0, latency: 0, best: 0, bestLimit: this.current };
			this.windows.set(work, window);
		}
		window.count++;
		window.latency += latency;
		if (window.count < WINDOW) return;
		const mean = window.latency / window.count;
		window.count = 0;
		window.latency = 0;
		const { best, bestLimit } = window;
		if (best === 0 || mean <= best) {
			window.best = mean;
			window.bestLimit = this.current;
		} else window.best *= FORGET;
		const throughput = this.current / mean;
		const hasGrown = throughput > 1.2 * (bestLimit / best);
		if (best > 0 && mean > SLOWER * best && !hasGrown)
			this.current = Math.min(
				this.current,
				Math.max(this.floor, Math.floor(this.current * 0.75)),
			);
		else if (this.current < this.ceiling) this.current++;
	}
}
