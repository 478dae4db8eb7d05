import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Content } from "../support/images";
import { Storage } from "../support/storage";

/** A folder of stores with one in it, `private`, that holds the content as `app:v1`. Who plants it removes `base`. */
export function plantedStore(content: Content): {
	readonly base: string;
	readonly store: string;
	readonly storage: Storage;
} {
	const base = mkdtempSync(join(tmpdir(), "scan-"));
	const store = join(base, "private");
	const storage = new Storage(store);
	storage.put("app", content, "v1");
	return { base, store, storage };
}
