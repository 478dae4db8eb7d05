import {
	BLIND_FAMILIES,
	BROKEN_TAG_LIMIT,
	FAILURE_FAMILIES,
	INCONCLUSIVE_REASONS,
	type MetricName,
	type Outcome,
} from "./contract";
import { brokenTagSeries, type Published, type Series } from "./metrics";
import type { BrokenTag } from "./probe";

/** What is sent to the Pushgateway: PUT replaces the whole group, POST only the families that it names. */
export interface Publication {
	readonly method: "PUT" | "POST";
	readonly published: Published;
}

/**
 * Decides what a run may say. A complete run says everything. A partial one never lowers what earlier runs found: of
 * the failure families it sends the larger value per series and the union of broken tags, and none of them where the
 * earlier values (`previous`) could not be read. A blind one says only that it is blind.
 */
export function planPublication(
	outcome: Outcome,
	own: Published,
	broken: readonly BrokenTag[],
	pullHost: string,
	previous: Published | undefined,
): Publication {
	if (outcome === "complete") return { method: "PUT", published: own };
	if (outcome === "blind")
		return { method: "POST", published: only(own, BLIND_FAMILIES) };
	const names = Object.keys(own) as MetricName[];
	const others = only(
		own,
		names.filter(
			(each) => each !== "lastSuccess" && !FAILURE_FAMILIES.includes(each),
		),
	);
	return {
		method: "POST",
		published: {
			...others,
			// POST cannot take a family away: what a blind run said is taken back with zeros
			...(own.catalogErrorInfo?.length === 0 && {
				catalogErrorInfo: INCONCLUSIVE_REASONS.map((reason) => ({
					labels: { reason },
					value: 0,
				})),
			}),
			...(previous && mergeFailures(own, broken, pullHost, previous)),
		},
	};
}

function only(own: Published, names: readonly MetricName[]): Published {
	return Object.fromEntries(
		names.flatMap((each) => (own[each] ? [[each, own[each]]] : [])),
	);
}

function mergeFailures(
	own: Published,
	broken: readonly BrokenTag[],
	pullHost: string,
	previous: Published,
): Published {
	const tags = new Map<string, Series>();
	// what this run saw of a tag is newer than what an earlier one said
	for (const series of [
		...(previous.brokenTagInfo ?? []),
		...broken.map((each) => brokenTagSeries(each, pullHost)),
	])
		tags.set(`${series.labels.repository}:${series.labels.tag}`, series);
	const union = [...tags.values()].sort(byUse);
	const truncated = Math.max(
		previous.brokenTagsTruncated?.[0]?.value ?? 0,
		union.length - BROKEN_TAG_LIMIT,
	);
	return {
		failures: larger(own.failures, previous.failures),
		brokenNodes: larger(own.brokenNodes, previous.brokenNodes),
		brokenTagInfo: union.slice(0, BROKEN_TAG_LIMIT),
		brokenTagsTruncated: [{ labels: {}, value: truncated }],
	};
}

/** In-use first; the sort is stable, so the order is otherwise the one of finding. */
function byUse(a: Series, b: Series): number {
	return (
		Number(b.labels.in_use === "true") - Number(a.labels.in_use === "true")
	);
}

function keyOf({ labels }: Series): string {
	return JSON.stringify(Object.entries(labels).sort());
}

function larger(
	own: readonly Series[] = [],
	previous: readonly Series[] = [],
): readonly Series[] {
	const merged = new Map(own.map((each) => [keyOf(each), each]));
	for (const each of previous) {
		const key = keyOf(each);
		if (each.value > (merged.get(key)?.value ?? -Infinity))
			merged.set(key, each);
	}
	return [...merged.values()];
}
