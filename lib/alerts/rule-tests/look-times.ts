/** A story as far as its times go; seconds from its start. */
interface Looked {
	readonly onsets: readonly { readonly at: number; readonly until?: number }[];
	readonly looks?: readonly number[];
}

/**
 * Just before each onset, and just after each onset and end: a step may pass until the expression is looked at, and one
 * more until its `for` is over. Where another edge is as near as that nothing is looked at.
 */
export function lookTimes(
	{ onsets, looks = [] }: Looked,
	step: number,
): number[] {
	const edges = onsets.flatMap(({ at, until }) =>
		until === undefined ? [at] : at < until ? [at, until] : [until],
	);
	const around = edges.flatMap((edge) => [
		Math.floor(edge / step - 1) * step,
		Math.ceil(edge / step + 2) * step,
	]);
	const times = [
		...around,
		...looks.map((time) => Math.ceil(time / step) * step),
	];
	return [...new Set(times)]
		.filter((time) => time >= 0)
		.filter((time) =>
			edges.every((edge) => edge > time || time - edge >= 2 * step),
		)
		.sort((a, b) => a - b);
}
