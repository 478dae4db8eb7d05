/** One request under way, as the watch sees it. */
export interface Watched {
	/** Milliseconds without a byte that end it. */
	readonly idle: number;
	/** `performance.now()` of the last byte, or of the start. */
	lastByte: number;
	/** Bytes since the last look, and when that was. */
	bytes: number;
	since: number;
	/** Ends the request. */
	fail(why: "deadline" | "idle" | "closed"): void;
}

/** Fewer bytes than this in a whole idle timeout is no progress: a drip of a byte a second ends too. */
const LEAST_BYTES = 1024;

/** One timer for all requests under way: the deadline, silence, and bodies that drip. It keeps no process alive. */
export class Watch {
	private readonly watched = new Set<Watched>();
	private readonly deadline: number;
	private readonly idle: number;
	private timer: NodeJS.Timeout | undefined;

	constructor(deadline: number, idleTimeout: number) {
		this.deadline = deadline;
		this.idle = idleTimeout;
	}

	get isOver(): boolean {
		return Date.now() >= this.deadline;
	}

	/** Milliseconds left, at least 0. */
	get left(): number {
		return Math.max(0, this.deadline - Date.now());
	}

	add(idle: number, fail: Watched["fail"]): Watched {
		const now = performance.now();
		const entry = { idle, lastByte: now, bytes: 0, since: now, fail };
		this.watched.add(entry);
		if (!this.timer) this.schedule();
		return entry;
	}

	delete(entry: Watched): void {
		this.watched.delete(entry);
	}

	close(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
		for (const entry of this.watched) entry.fail("closed");
	}

	private schedule(): void {
		const tick = Math.min(250, Math.max(10, this.idle / 8), this.left + 1);
		this.timer = setTimeout(() => this.look(), tick).unref();
	}

	private look(): void {
		const now = performance.now();
		const { isOver } = this;
		for (const entry of this.watched) {
			const { idle } = entry;
			if (isOver) entry.fail("deadline");
			else if (now - entry.lastByte >= idle) entry.fail("idle");
			else if (now - entry.since >= idle) {
				if (entry.bytes < LEAST_BYTES) entry.fail("idle");
				entry.bytes = 0;
				entry.since = now;
			}
		}
		this.timer = undefined;
		if (this.watched.size > 0) this.schedule();
	}
}
