/** More are not looked at. */
const MAX_CELLS = 100;

type Cell = ReadonlyMap<string, string>;

/**
 * Cells of a workflow's `matrix` in which every value of every axis is, not every combination; one without values where
 * there is no matrix.
 */
export function matrixCells({
	include,
	...axes
}: Readonly<Record<string, unknown>>): readonly Cell[] {
	if (Array.isArray(include))
		return include
			.slice(0, MAX_CELLS)
			.map((cell) => new Map(Object.entries(cell ?? {}).map(asText)));
	const values = Object.entries(axes).map(
		([name, each]) => [name, Array.isArray(each) ? each : [each]] as const,
	);
	const longest = Math.max(1, ...values.map(([, each]) => each.length));
	return Array.from(
		{ length: Math.min(longest, MAX_CELLS) },
		(_, i) =>
			new Map(
				values.map(([name, each]) => asText([name, each[i % each.length]])),
			),
	);
}

function asText([name, value]: readonly [string, unknown]): [string, string] {
	return [name, String(value ?? "")];
}
