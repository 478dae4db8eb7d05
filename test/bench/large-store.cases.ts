import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filesOf, writeLargeStore } from "../../bench/large-store";
import { scan } from "../../lib/guard/scan/scan";
import { Storage } from "../support/storage";

test("a large store is whole, and has as many files as are counted on", async () => {
	const folder = mkdtempSync(join(tmpdir(), "large-store-"));
	const base = join(folder, "store");
	writeLargeStore(new Storage(base), 1);
	const entries = readdirSync(base, { recursive: true, withFileTypes: true });
	const { counts, outcome, findings, untagged } = await scan({
		base,
		full: true,
		cache: false,
	});
	rmSync(folder, { recursive: true });
	expect(entries.filter((each) => each.isFile())).toHaveLength(filesOf(1));
	expect({ outcome, findings, untagged }).toEqual({
		outcome: "complete",
		findings: [],
		untagged: [],
	});
	expect(counts).toMatchObject({ repositories: 1, tags: 10, indexes: 10 });
});
