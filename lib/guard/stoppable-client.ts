import type { RegistryClient } from "../oci/client";
import { RegistryError } from "../oci/errors";

/** Kubernetes kills 30 s after SIGTERM; what is left of them is for the Pushgateway. */
const GRACE = 8000;

/**
 * The client until `grace` milliseconds after `stop` aborts; from then on every call, also one that is under way,
 * fails as it does at the deadline. The grace is for the second look at what seems bad: a probe that is told to end
 * publishes what it has covered, and nothing that it has not confirmed.
 */
export function stoppableClient(
	client: RegistryClient,
	stop: AbortSignal,
	grace = GRACE,
): RegistryClient {
	let isOver = false;
	const waiting = new Set<(error: RegistryError) => void>();
	const stopped = () =>
		new RegistryError("deadline", "told to end before the deadline");
	// one listener for all calls: a race against one promise would hold every call's result until the end
	const end = () => {
		isOver = true;
		for (const reject of waiting) reject(stopped());
	};
	const schedule = () => setTimeout(end, grace).unref();
	if (stop.aborted) schedule();
	else stop.addEventListener("abort", schedule, { once: true });
	const call = <T>(start: () => Promise<T>): Promise<T> =>
		new Promise((resolve, reject) => {
			if (isOver) return reject(stopped());
			waiting.add(reject);
			start().then(
				(value) => {
					waiting.delete(reject);
					resolve(value);
				},
				(error) => {
					waiting.delete(reject);
					reject(error);
				},
			);
		});
	async function* pages<T>(list: AsyncIterable<T>): AsyncIterable<T> {
		const iterator = list[Symbol.asyncIterator]();
		try {
			for (;;) {
				const next = await call(() => iterator.next());
				if (next.done) return;
				yield next.value;
			}
		} finally {
			if (!isOver) await iterator.return?.();
		}
	}
	return {
		origin: client.origin,
		get stats() {
			return client.stats;
		},
		ping: () => call(() => client.ping()),
		assertHealthy: () => call(() => client.assertHealthy()),
		listRepositories: () => pages(client.listRepositories()),
		listTags: (repository) => pages(client.listTags(repository)),
		resolveTag: (repository, tag) =>
			call(() => client.resolveTag(repository, tag)),
		fetchManifest: (repository, reference) =>
			call(() => client.fetchManifest(repository, reference)),
		readBlob: (repository, descriptor, depth) =>
			call(() => client.readBlob(repository, descriptor, depth)),
		listReferrers: (repository, digest) =>
			call(() => client.listReferrers(repository, digest)),
		close: () => client.close(),
	};
}
