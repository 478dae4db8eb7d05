import { join } from "node:path";
import { BlobFolder } from "./blob-folder";
import {
	lookAtRepository,
	type RepositoryLook,
	type StoreContext,
} from "./look-at-repository";
import { Pace } from "./pace";
import { RepositoryQueue } from "./repository-queue";

/** What a second thread is told: plain data, and the cells that it shares with the first. */
export interface ThreadWork
	extends Pick<StoreContext, "store" | "root" | "isCache"> {
	readonly names: readonly string[];
	readonly cells: Int32Array;
	/** See `BlobFolder`. */
	readonly plain: Uint8Array;
}

/** A repository that a thread has looked at, and its place in the order. */
export interface ThreadLook {
	readonly at: number;
	readonly look: RepositoryLook;
}

/** Starts a thread; settles when it has ended and all that it sent was received, fails where it did. */
export type StartThread = (
	work: ThreadWork,
	receive: (look: ThreadLook) => void,
) => Promise<void>;

/** What a thread does: one repository after the other, until the queue that it shares is empty. */
export async function scanThread(
	{ names, cells, plain, ...context }: ThreadWork,
	send: (look: ThreadLook) => void,
): Promise<void> {
	const queue = new RepositoryQueue(names, cells);
	const pace = new Pace(() => queue.isStopped);
	const blobs = new BlobFolder(join(context.root, "blobs"), plain);
	const hashes = undefined;
	for (let turn = queue.take(); turn; turn = queue.take()) {
		const { at, name } = turn;
		const whole = { ...context, blobs, hashes, pace };
		send({ at, look: await lookAtRepository(name, whole) });
	}
}
