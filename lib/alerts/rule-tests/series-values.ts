/**
 * Samples in promtool's notation, one a step: equal or evenly rising runs are folded (`1+0x9`), a series that ends is
 * marked stale as a scrape would do.
 *
 * @param samples undefined where the series does not exist.
 */
export function seriesValues(samples: readonly (number | undefined)[]): string {
	const words: string[] = [];
	for (let i = 0; i < samples.length; ) {
		const length = runLength(samples, i);
		const value = samples[i];
		if (value !== undefined) {
			const rise = length > 1 ? (samples[i + 1] ?? 0) - value : 0;
			words.push(length > 1 ? `${value}+${rise}x${length - 1}` : `${value}`);
		} else if (i > 0) {
			words.push("stale");
			if (length > 1) words.push(`_x${length - 1}`);
		} else words.push(`_x${length}`);
		i += length;
	}
	return words.join(" ");
}

/** How many samples from `start` on are missing, equal, or (three at least) evenly rising. */
function runLength(
	samples: readonly (number | undefined)[],
	start: number,
): number {
	const first = samples[start];
	const second = samples[start + 1];
	const rise = second !== undefined && first !== undefined ? second - first : 0;
	let end = start + 1;
	while (
		end < samples.length &&
		samples[end] ===
			(first === undefined ? undefined : first + rise * (end - start))
	)
		end++;
	const length = end - start;
	return rise !== 0 && (rise < 0 || length < 3) ? 1 : length;
}
