import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Compares a text with its committed file in test/golden. To accept a change that was meant: run the one test with
 * UPDATE_GOLDEN=1 and read the diff; refused with CI=true.
 */
export function expectGolden(name: string, text: string): void {
	const file = join(__dirname, "../golden", name);
	if (process.env.UPDATE_GOLDEN === "1") {
		if (process.env.CI === "true")
			throw new Error("UPDATE_GOLDEN: got it with CI=true, wanted neither");
		writeFileSync(file, text);
	}
	expect(text).toBe(readFileSync(file, "utf8"));
}
