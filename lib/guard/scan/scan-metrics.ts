import { SCAN_METRICS, type ScanMetricName } from "../contract";
import { type EarlierValues, earlierKey } from "../earlier-values";
import { renderExposition } from "../exposition";
import type { ScannedStore, ScanResult } from "./scan-result";

const keyOf = (family: ScanMetricName, store: string) =>
	earlierKey(SCAN_METRICS[family].name, store);

type Values = Partial<Record<ScanMetricName, number>>;

/**
 * What a scan may say of a store. One that was not complete never lowers what earlier ones found, and one that saw
 * nothing at all has not run: the alert on a missing run is what tells.
 */
function valuesOf(
	store: ScannedStore,
	earlier: EarlierValues,
	now: number,
): Values {
	const { name, outcome, counts } = store;
	const isComplete = outcome === "complete";
	const before = (family: ScanMetricName) => earlier.get(keyOf(family, name));
	const largest = (family: ScanMetricName, value: number) =>
		// also where a file says NaN, on which no alert would ever fire
		isComplete ? value : Math.max(value, before(family) || 0);
	const lastRun = outcome === "blind" ? undefined : now;
	const lastSuccess = isComplete ? now : before("lastSuccess");
	return {
		findings: largest("findings", store.findings.length),
		brokenTags: largest("brokenTags", counts.brokenTags),
		untagged: largest("untagged", store.untaggedCount),
		orphanLayerLinks: store.orphanLayerLinkCount,
		inconclusive: store.inconclusiveCount,
		complete: isComplete ? 1 : 0,
		repositories: counts.repositories,
		tags: counts.tags,
		blobs: counts.blobs,
		bytesHashed: counts.bytes,
		duration: store.durationSeconds,
		...(lastRun !== undefined && { lastRun }),
		...(lastSuccess !== undefined && { lastSuccess }),
	};
}

/** What is kept of a store that an earlier scan saw and this one could not. */
const KEPT: readonly ScanMetricName[] = [
	"findings",
	"brokenTags",
	"untagged",
	"lastSuccess",
];

/**
 * The file for node_exporter's textfile folder.
 *
 * @param now unix seconds
 */
export function renderScanMetrics(
	{ stores, outcome }: Pick<ScanResult, "stores" | "outcome">,
	earlier: EarlierValues,
	now: number,
): string {
	const values = new Map<string, Values>();
	for (const [key, value] of outcome === "complete" ? [] : earlier)
		for (const family of KEPT) {
			const name = key.slice(key.indexOf(" ") + 1);
			if (key === keyOf(family, name))
				values.set(name, { ...values.get(name), [family]: value });
		}
	for (const store of stores)
		values.set(store.name, valuesOf(store, earlier, now));
	const families = Object.keys(SCAN_METRICS) as ScanMetricName[];
	return renderExposition(
		families.map((family) => ({
			...SCAN_METRICS[family],
			series: [...values].flatMap(([registry, { [family]: value }]) =>
				value === undefined ? [] : [{ labels: { registry }, value }],
			),
		})),
	);
}
