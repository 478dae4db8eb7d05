/** The middle value; the mean of the two middle ones of an even number. Throws on nothing. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const upper = sorted[sorted.length >> 1];
	const lower = sorted[(sorted.length - 1) >> 1];
	if (upper === undefined || lower === undefined)
		throw new Error("median: got no values, wanted at least one");
	return (lower + upper) / 2;
}

/** `2.10 (2.02-2.31)`: the median and the range it was taken from. */
export function spread(values: readonly number[], digits = 2): string {
	const [least, most] = [Math.min(...values), Math.max(...values)];
	return `${median(values).toFixed(digits)} (${least.toFixed(digits)}-${most.toFixed(digits)})`;
}
