import { TEXT_FINDING_LIMIT } from "./contract";
import type { Finding, Inconclusive, Report, Target } from "./finding";
import {
	asText,
	countText,
	findingLines,
	inconclusiveLines,
	reasonText,
	sizeText,
	summaryLines,
} from "./text";
import type { TreeNode } from "./verify";

/** Above so many lines a tree shows only the ways to its bad nodes. */
const MOST_LINES = TEXT_FINDING_LIMIT;
const DEEPEST = 32;

function isSound({ verdict }: TreeNode): boolean {
	return typeof verdict === "string";
}

function isFinding(verdict: Finding | Inconclusive): verdict is Finding {
	return "repair" in verdict;
}

function verdictText({ verdict }: TreeNode): string {
	if (verdict === "ok") return "ok";
	if (verdict === "seen before") return "seen before";
	return isFinding(verdict)
		? `<-- BROKEN: ${reasonText(verdict)}`
		: `<-- could not look: ${verdict.reason} (${verdict.detail})`;
}

function nodeText(node: TreeNode): string {
	const { kind, digest, size, platform, mediaType } = node;
	return [
		kind,
		digest,
		...(platform ? [platform] : []),
		...(size === undefined ? [] : [sizeText(size)]),
		// the kind says it all, unless there is something to explain
		...(isSound(node) || mediaType === "" ? [] : [mediaType]),
		verdictText(node),
	].join("  ");
}

function countNodes(node: TreeNode): number {
	return node.children.reduce((sum, each) => sum + countNodes(each), 1);
}

function hasBad(node: TreeNode): boolean {
	return !isSound(node) || node.children.some(hasBad);
}

function branch(
	node: TreeNode,
	indent: string,
	onlyBad: boolean,
	depth: number,
	lines: string[],
): void {
	const children = onlyBad ? node.children.filter(hasBad) : node.children;
	const hidden = node.children.length - children.length;
	children.forEach((child, i) => {
		if (lines.length > MOST_LINES) return;
		const isLast = i === children.length - 1 && hidden === 0;
		lines.push(`${indent}${isLast ? "└─" : "├─"} ${nodeText(child)}`);
		if (depth < DEEPEST)
			branch(
				child,
				`${indent}${isLast ? "   " : "│  "}`,
				onlyBad,
				depth + 1,
				lines,
			);
	});
	if (hidden > 0) lines.push(`${indent}└─ ${hidden} more, all ok`);
}

/** What hangs under a reference, the bad nodes marked; a big tree shows only the ways to them. */
export function treeLines(root: TreeNode): readonly string[] {
	const lines = [nodeText(root)];
	branch(root, "", countNodes(root) > MOST_LINES, 0, lines);
	return lines.length > MOST_LINES
		? [...lines.slice(0, MOST_LINES), "... (all of it in --json)"]
		: lines;
}

function targetLines(target: Target, tree: TreeNode | undefined): string[] {
	const { ref, digest, outcome, findings } = target;
	const verdict =
		findings.length > 0
			? `BROKEN, ${countText(findings.length, "bad node")}`
			: outcome === "complete"
				? "whole"
				: "could not look at all of it";
	return [
		`${ref}${digest && !ref.endsWith(digest) ? ` = ${digest}` : ""}: ${verdict}`,
		...(tree ? treeLines(tree).map((line) => `  ${line}`) : []),
	];
}

/** verify's result for people: a tree per reference, then what to do, then the sum. */
export function renderVerifyText(
	report: Report,
	trees: readonly (TreeNode | undefined)[],
): string {
	const targets = report.targets ?? [];
	return asText([
		...targets.flatMap((target, i) => targetLines(target, trees[i])),
		...findingLines(report.findings),
		...inconclusiveLines(report.inconclusive),
		...summaryLines(report),
	]);
}
