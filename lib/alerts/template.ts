/**
 * A Prometheus template that asks PromQL and writes `body` once for each series of the answer, in the order of `labels`.
 *
 * @param labels what to sort by, the most significant first: a query's own order is not stable.
 * @param body the template for one series, which is `.`.
 */
export function forEachSeries(
	query: string,
	labels: readonly string[],
	body: string,
): string {
	// a back quote would end Go's raw string
	const text = query.includes("`") ? JSON.stringify(query) : `\`${query}\``;
	// the sort is stable: the last one decides
	const sorts = [...labels]
		.reverse()
		.map((label) => ` | sortByLabel "${label}"`);
	return `{{ range query ${text}${sorts.join("")} }}${body}{{ end }}`;
}
