/**
 * Work spread over runs without state: what is due depends on the window's number alone, so runs that know nothing of
 * each other still cover everything once in a cycle.
 */

/** 48 bits of a digest: it is a hash already, so its own digits spread evenly. */
function hashOf(digest: string): number {
	const hex = digest.slice(digest.indexOf(":") + 1);
	return Number.parseInt(hex.slice(0, 12), 16);
}

/** Whether a blob is hashed whole in this window: once in every `cycle` windows, never where `cycle` is 0. */
export function isDue(digest: string, cycle: number, window: number): boolean {
	return cycle > 0 && hashOf(digest) % cycle === window % cycle;
}

/**
 * The tags to look at in this window: all that are `always`, and `count` of the others, so that consecutive windows
 * take consecutive ones of the sorted list and come round to the first. All tags where `count` is 0.
 */
export function tagsOfWindow(
	tags: readonly string[],
	count: number,
	window: number,
	always: (tag: string) => boolean,
): readonly string[] {
	if (count === 0 || tags.length <= count) return tags;
	const chosen = tags.filter(always);
	// tag lists come in no order that holds from run to run
	const others = tags.filter((tag) => !always(tag)).sort();
	const first = (window * count) % others.length;
	for (let i = 0; i < Math.min(count, others.length); i++)
		chosen.push(others[(first + i) % others.length] as string);
	return chosen;
}
