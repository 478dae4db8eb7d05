import { INCONCLUSIVE_REASONS, TEXT_FINDING_LIMIT } from "./contract";
import type { Counts, Finding, Inconclusive, Report } from "./finding";
import { printable } from "./printable";
import type { ProbeResult } from "./probe";

const MOST_TAGS = 5;
const MOST_DETAILS = 3;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** `12.3 MiB`. */
export function sizeText(bytes: number): string {
	let value = bytes;
	let unit = 0;
	for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024;
	return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** `3 tags`, `1 tag`. */
export function countText(
	count: number,
	one: string,
	many = `${one}s`,
): string {
	return `${count} ${count === 1 ? one : many}`;
}

/** `missing`, `size (expected 648, got 324)`. */
export function reasonText({ reason, expected, got }: Finding): string {
	const said = [
		...(expected === null ? [] : [`expected ${expected}`]),
		...(got === null ? [] : [`got ${got}`]),
	];
	return said.length > 0 ? `${reason} (${said.join(", ")})` : reason;
}

/** One finding on one line: where, what, why. */
function findingText(finding: Finding): string {
	const { repository, tags, digest, kind, inUse } = finding;
	const shown = tags.slice(0, MOST_TAGS).join(",");
	const more = tags.length > MOST_TAGS ? ` +${tags.length - MOST_TAGS}` : "";
	const name = `${repository}${shown && ":"}${shown}${more}`;
	const node = digest === null ? kind : `${kind} ${digest}`;
	return `${name}  ${node}  ${reasonText(finding)}${inUse ? "  IN USE" : ""}`;
}

/** Findings, at most 200, each with what to do about it below; then a count of the rest. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
	const lines = findings.slice(0, TEXT_FINDING_LIMIT).flatMap((finding) => {
		const { action, commands } = finding.repair;
		return [
			`BROKEN  ${findingText(finding)}`,
			...commands.map((each, i) => `  ${i === 0 ? `${action}: ` : ""}${each}`),
		];
	});
	const left = findings.length - TEXT_FINDING_LIMIT;
	return left > 0
		? [...lines, `... and ${countText(left, "finding")} more, all in --json`]
		: lines;
}

/** How many things an inconclusive entry stands for is known to the walk alone; the list is bounded. */
type InconclusiveCounts = ProbeResult["inconclusiveCounts"];

/** What could not be looked at: a line per reason with a few examples. */
export function inconclusiveLines(
	inconclusive: readonly Inconclusive[],
	counts?: InconclusiveCounts,
): readonly string[] {
	return INCONCLUSIVE_REASONS.flatMap((reason) => {
		const all = inconclusive.filter((each) => each.reason === reason);
		if (all.length === 0) return [];
		const examples = all.slice(0, MOST_DETAILS).map((each) => {
			const where = [each.repository, each.tag && `:${each.tag}`].join("");
			const node = !each.tag && each.digest ? `@${each.digest}` : "";
			return `  ${where}${node}${where || node ? ": " : ""}${each.detail}`;
		});
		const head = `COULD NOT LOOK  ${reason}: ${counts?.[reason] ?? all.length}`;
		const isShort = all.length > examples.length;
		return [isShort ? `${head}, among them` : head, ...examples];
	});
}

/** `looked at 2 repositories, 3 tags, ...`. */
export function countsText(counts: Counts): string {
	const looked = [
		countText(counts.repositories, "repository", "repositories"),
		countText(counts.tags, "tag"),
		countText(counts.indexes, "index", "indexes"),
		countText(counts.manifests, "manifest"),
		countText(counts.blobs, "blob"),
	].join(", ");
	const weak =
		counts.weakReads > 0
			? `; ${countText(counts.weakReads, "weak read")}: the registry serves no ranges, --mode full is sure`
			: "";
	return `looked at ${looked}${weak}`;
}

/** Verdict, counts and cost of a walk, the lines that both commands begin or end with. */
export function summaryLines(report: Report): readonly string[] {
	const { outcome, counts, findings, durationSeconds, mode, pushed } = report;
	const broken =
		findings.length === 0
			? outcome === "complete" && report.inconclusive.length === 0
				? "whole"
				: "nothing broken seen"
			: `${countText(counts.brokenTags, "broken tag")}, ${countText(findings.length, "bad node")}`;
	const where = report.registry ?? `${report.targets?.length ?? 0} references`;
	const cost = `${durationSeconds.toFixed(1)} s, ${countText(counts.requests, "request")}, ${sizeText(counts.bytes)} hashed, mode ${mode}`;
	return [
		`${where}: ${outcome}, ${broken}`,
		`${countsText(counts)} (${cost})`,
		...(pushed === false ? ["NOT PUSHED to the Pushgateway, see stderr"] : []),
	];
}

/** The probe's result for people: verdict first, then what is broken, then what could not be looked at. */
export function renderProbeText(
	report: Report,
	counts: InconclusiveCounts,
): string {
	return asText([
		...summaryLines(report),
		...findingLines(report.findings),
		...inconclusiveLines(report.inconclusive, counts),
	]);
}

/** Joins lines; whatever the registry put into them cannot leave its line. */
export function asText(lines: readonly string[]): string {
	return lines.map((line) => `${printable(line)}\n`).join("");
}
