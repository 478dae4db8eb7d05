import type { Root } from "./root";

/** Roots that a root comes after. */
export type Before = ReadonlyMap<Root, readonly Root[]>;

/**
 * Works at roots, at most `parallel` together, each after those it comes after. One whose `work` says false stops all
 * that come after it, directly or not: they are handed to `skip` with the one that was in their way.
 */
export function inOrder(
	roots: readonly Root[],
	before: Before,
	parallel: number,
	work: (root: Root) => Promise<boolean>,
	skip: (root: Root, because: Root) => void,
): Promise<void> {
	const waiting = new Set(roots);
	const busy = new Set<Root>();
	const failed = new Set<Root>();
	return new Promise((resolve, reject) => {
		const go = () => {
			for (const root of waiting) {
				const ahead = before.get(root) ?? [];
				const bad = ahead.find((each) => failed.has(each));
				if (bad) {
					waiting.delete(root);
					failed.add(root);
					skip(root, bad);
				} else if (
					busy.size < parallel &&
					!ahead.some((each) => waiting.has(each) || busy.has(each))
				) {
					waiting.delete(root);
					busy.add(root);
					work(root).then((isGood) => {
						busy.delete(root);
						if (!isGood) failed.add(root);
						go();
					}, reject);
				}
			}
			if (waiting.size === 0 && busy.size === 0) resolve();
		};
		go();
	});
}
