import type { RegistryClient } from "../oci/client";
import { factOfError } from "./look";
import { Queue } from "./queue";
import { isUnlooked, type Unlooked } from "./verdict";

/** The registry's list of repositories, read page by page while the first of them are walked already. */
export class Catalog {
	/** Distinct names, also those that are not ours. */
	readonly #names = new Set<string>();
	readonly #isOurs: (repository: string) => boolean;
	readonly #queue = new Queue<string>();
	#waiting: (() => void)[] = [];
	#isRead = false;
	/** Distinct names that are ours. */
	ours = 0;
	/** At least one page came. */
	hasPage = false;
	/** Why it could not be read to its end. */
	failure: Unlooked | undefined;

	constructor(isOurs: (repository: string) => boolean) {
		this.#isOurs = isOurs;
	}

	get size(): number {
		return this.#names.size;
	}

	/** Reads it to its end, or as far as it goes. */
	async read(client: RegistryClient): Promise<void> {
		try {
			for await (const page of client.listRepositories()) {
				this.hasPage = true;
				for (const name of page) this.#add(name);
				this.#wake();
			}
		} catch (error) {
			const fact = factOfError(error);
			this.failure = isUnlooked(fact)
				? fact
				: {
						unlooked: fact.reason === "missing" ? "protocol" : "server-error",
						detail: `the catalog answers ${fact.got}`,
					};
		} finally {
			this.#isRead = true;
			this.#wake();
		}
	}

	/** The next repository that is ours; undefined at the end. */
	async next(): Promise<string | undefined> {
		while (this.#queue.length === 0 && !this.#isRead)
			await new Promise<void>((resolve) => this.#waiting.push(resolve));
		return this.#queue.take();
	}

	#add(name: string): void {
		// a page may repeat what one before it had
		if (this.#names.has(name)) return;
		this.#names.add(name);
		if (!this.#isOurs(name)) return;
		this.ours++;
		this.#queue.add(name);
	}

	#wake(): void {
		for (const resolve of this.#waiting.splice(0)) resolve();
	}
}
