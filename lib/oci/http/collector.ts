import type { Sink } from "./transport";

/** Keeps a body in memory up to a limit; what comes after makes it `isFull` and is never read. */
export class Collector implements Sink {
	private readonly limit: number;
	private readonly chunks: Buffer[] = [];
	private length = 0;

	constructor(limit: number) {
		this.limit = limit;
	}

	get isFull(): boolean {
		return this.length > this.limit;
	}

	get body(): Buffer {
		const [only] = this.chunks;
		return this.chunks.length === 1 && only ? only : Buffer.concat(this.chunks);
	}

	push(chunk: Buffer): boolean {
		this.length += chunk.length;
		if (this.isFull) return false;
		this.chunks.push(chunk);
		return true;
	}
}
