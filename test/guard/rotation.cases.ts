import fc from "fast-check";
import { isDue, tagsOfWindow } from "../../lib/guard/rotation";
import { sha256 } from "../support/images";

const digests = Array.from({ length: 2000 }, (_, i) => sha256(`${i}`));
const never = () => false;

describe("blobs", () => {
	test("each is due in exactly one window of a cycle, about as many in each", () => {
		const perWindow = Array.from({ length: 8 }, (_, window) =>
			digests.filter((digest) => isDue(digest, 8, 1000 + window)),
		);
		expect(perWindow.flat().sort()).toEqual([...digests].sort());
		for (const each of perWindow) {
			expect(each.length).toBeGreaterThan(180);
			expect(each.length).toBeLessThan(320);
		}
	});

	test("none where the cycle is 0, all where it is 1, sha512 as well", () => {
		expect(digests.some((digest) => isDue(digest, 0, 0))).toBe(false);
		expect(digests.every((digest) => isDue(digest, 1, 5))).toBe(true);
		expect(isDue(`sha512:${"f".repeat(128)}`, 1, 5)).toBe(true);
	});
});

describe("tags", () => {
	test("any windows of one cycle cover all, in whatever order the list comes", () => {
		const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{1,4}$/), {
			minLength: 1,
			maxLength: 40,
		});
		fc.assert(
			fc.property(
				names,
				fc.integer({ min: 1, max: 12 }),
				fc.integer({ min: 0, max: 3e6 }),
				(tags, count, first) => {
					const seen = new Set<string>();
					const windows = Math.ceil(tags.length / count);
					for (let window = first; window < first + windows; window++) {
						const shuffled = window % 2 ? [...tags].reverse() : tags;
						const chosen = tagsOfWindow(shuffled, count, window, never);
						expect(chosen).toHaveLength(Math.min(count, tags.length));
						expect(new Set(chosen).size).toBe(chosen.length);
						for (const tag of chosen) seen.add(tag);
					}
					expect(seen.size).toBe(tags.length);
				},
			),
		);
	});

	test("those that always count come on top", () => {
		const tags = ["a", "b", "c", "latest"];
		const always = (tag: string) => tag === "latest";
		expect(tagsOfWindow(tags, 1, 0, always)).toEqual(["latest", "a"]);
		expect(tagsOfWindow(tags, 1, 4, always)).toEqual(["latest", "b"]);
		expect(tagsOfWindow(tags, 0, 0, always)).toBe(tags);
		expect(tagsOfWindow(tags, 2, 0, () => true)).toEqual(tags);
	});
});
