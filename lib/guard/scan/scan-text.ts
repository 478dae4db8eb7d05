import { TEXT_FINDING_LIMIT } from "../contract";
import {
	asText,
	countsText,
	countText,
	findingLines,
	inconclusiveLines,
	sizeText,
} from "../text";
import type { Diagnosis } from "./diagnosis";
import type { ScannedStore, ScanResult } from "./scan-result";

function storeLine(store: ScannedStore): string {
	const { name, isCache, outcome, counts, durationSeconds } = store;
	const cost = `${durationSeconds.toFixed(1)} s, ${sizeText(counts.bytes)} hashed`;
	return `${name}${isCache ? " (pull-through cache)" : ""}: ${outcome}, ${countsText(counts)} (${cost})`;
}

/** What no tag reaches, a line for each kind: for information. */
function looseLines(stores: readonly ScannedStore[]): readonly string[] {
	const sum = (count: (store: ScannedStore) => number) =>
		stores.reduce((total, store) => total + count(store), 0);
	const untagged = sum(({ untaggedCount }) => untaggedCount);
	const orphans = sum(({ orphanLayerLinkCount }) => orphanLayerLinkCount);
	return [
		...(untagged > 0
			? [
					`no tag reaches ${countText(untagged, "more bad node")}, all in --json; not counted`,
				]
			: []),
		...(orphans > 0
			? [
					`${countText(orphans, "layer link")} without a blob; --fix-layer-links removes them, with --dry-run it lists them`,
				]
			: []),
	];
}

function diagnosisLine(row: Diagnosis): string {
	const { repository, tags, kind, digest, disk, http, text } = row;
	const node = digest === null ? kind : `${kind} ${digest}`;
	return `DIAGNOSIS  ${repository}:${tags[0] ?? ""}  ${node}  disk ${disk ?? "whole"}, http ${http ?? "whole"}: ${text}`;
}

/** The scan's result for people: verdict first, then what is broken, then what could not be looked at. */
export function renderScanText(
	base: string,
	result: ScanResult,
	diagnoses: readonly Diagnosis[] = [],
): string {
	const { outcome, counts, findings, inconclusive, stores } = result;
	const broken =
		findings.length > 0
			? `${countText(counts.brokenTags, "broken tag")}, ${countText(findings.length, "bad node")}`
			: outcome === "complete" && inconclusive.length === 0
				? "whole"
				: "nothing broken seen";
	const named = findings.map((each) =>
		stores.length > 1
			? { ...each, repository: `${each.store}: ${each.repository}` }
			: each,
	);
	return asText([
		`${base}: ${outcome}, ${broken}`,
		...stores.map(storeLine),
		...findingLines(named),
		...diagnoses.slice(0, TEXT_FINDING_LIMIT).map(diagnosisLine),
		...looseLines(stores),
		...inconclusiveLines(inconclusive),
	]);
}
