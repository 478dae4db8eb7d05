import { printable } from "../printable";
import { countText } from "../text";
import type { Change } from "./plan-changes";

/** A root in a report. */
export interface Entry {
	readonly head: string;
	readonly resources: readonly string[];
}

/** What Slack takes without cutting it off. */
const MOST_CHARACTERS = 3500;
/** Room for the last line. */
const REST = 40;
const MOST_ENTRIES = 12;
const MOST_RESOURCES = 6;
const LONGEST_LINE = 200;

/** Resources by name and action, a line each; never a value. */
export function resourceLines(changes: readonly Change[]): readonly string[] {
	return changes.map(({ address, action, causes }) => {
		const why = causes.join(" and ") || "follows from another";
		return `  ${action.padEnd(8)}${address} (${why})`;
	});
}

/** A report as a message: at most 12 roots with 6 resources each, and 3,500 characters. */
export function slackText(head: string, entries: readonly Entry[]): string {
	const lines: string[] = [];
	let left = MOST_CHARACTERS - REST;
	const add = (line: string): boolean => {
		const safe = printable(line);
		const short =
			safe.length > LONGEST_LINE ? `${safe.slice(0, LONGEST_LINE)}...` : safe;
		if (short.length + 1 > left) return false;
		left -= short.length + 1;
		lines.push(short);
		return true;
	};
	add(head);
	let shown = 0;
	for (const entry of entries.slice(0, MOST_ENTRIES)) {
		const more = entry.resources.length - MOST_RESOURCES;
		const all = [
			...entry.resources.slice(0, MOST_RESOURCES),
			...(more > 0 ? [`  and ${countText(more, "resource")} more`] : []),
		];
		if (!add(entry.head)) break;
		shown++;
		if (!all.every(add)) break;
	}
	const rest = entries.length - shown;
	if (rest > 0) lines.push(`and ${countText(rest, "stack")} more`);
	return `${lines.join("\n")}\n`;
}
