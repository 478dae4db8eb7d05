import type { Outcome } from "./contract";
import type { GateLook } from "./gate-look";
import { findingsAt } from "./gate-look";
import type { Loss } from "./gate-losses";
import { asText, countText, findingLines, inconclusiveLines } from "./text";

/** What the gate says in the end. */
export interface GateResult {
	readonly action: "open" | "close";
	readonly base: string;
	readonly outcome: Outcome;
	readonly look: GateLook;
	/** Of `close` only. */
	readonly lost: readonly Loss[];
	/** Of `open` only: STATE is written. */
	readonly isOpen?: boolean;
}

const MOST_LOSSES = 200;

function lossText({ repository, tags, digest, reason }: Loss): string {
	const tag = tags.length > 0 ? `:${tags.join(",")}` : "";
	const why =
		reason === "gone" && tag ? ": deleted, no collection takes a tag away" : "";
	return `LOST  ${repository}${tag}${digest === null ? "" : `  ${digest}`}  ${reason}${why}`;
}

function verdictOf({
	action,
	outcome,
	look,
	lost,
	isOpen,
}: GateResult): string {
	const findings = findingsAt(look).length;
	if (lost.length > 0)
		return `${countText(lost.length, "loss", "losses")}: whole before the collection, not whole after it`;
	if (findings > 0)
		return action === "open"
			? `stays shut, ${countText(findings, "finding")}: repair first, a collection would delete what a repair needs`
			: `nothing lost, ${countText(findings, "finding")} on what was not there before`;
	if (outcome !== "complete")
		return action === "open"
			? `stays shut, the look was ${outcome}`
			: `not closed, the look was ${outcome}`;
	if (action === "close") return "closed, nothing lost";
	return isOpen
		? "open, everything is whole"
		: "stays shut: everything is whole, and that could not be written down";
}

/** The verdict first, then what is lost, what is broken and what could not be looked at. */
export function renderGateText(result: GateResult): string {
	const { base, look, lost } = result;
	const tags = [...look.holdings.values()].map((each) => each.tags.size);
	const total = tags.reduce((sum, each) => sum + each, 0);
	const looks = look.walk ? "disk and registry" : "disk";
	return asText([
		`gate ${base}: ${verdictOf(result)}`,
		`looked at ${looks}: ${countText(tags.length, "repository", "repositories")}, ${countText(total, "tag")}`,
		...lost.slice(0, MOST_LOSSES).map(lossText),
		...(lost.length > MOST_LOSSES
			? [`... and ${lost.length - MOST_LOSSES} more, all in --json`]
			: []),
		...findingLines(findingsAt(look)),
		...inconclusiveLines([
			...look.disk.inconclusive,
			...(look.walk?.inconclusive ?? []),
		]),
	]);
}
