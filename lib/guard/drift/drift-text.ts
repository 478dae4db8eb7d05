import { type Entry, resourceLines } from "../roots/slack-text";
import { countText } from "../text";
import { ageHours, type StackRun } from "./stack-run";

const ORDER = { error: 0, differs: 1, clean: 2 } as const;

/** Verdict over all stacks, on one line. */
export function driftHead(runs: readonly StackRun[]): string {
	const count = (wanted: string) =>
		runs.filter(({ state }) => state === wanted).length;
	return `${countText(runs.length, "stack")}: ${count("differs")} differ, ${count("error")} could not be planned, ${count("clean")} clean`;
}

/** What is not clean: errors first, then what has differed for the longest. `now` in unix seconds. */
export function driftEntries(
	runs: readonly StackRun[],
	now: number,
): readonly Entry[] {
	const age = (run: StackRun) => ageHours(run, now);
	return runs
		.filter(({ state }) => state !== "clean")
		.sort((a, b) => ORDER[a.state] - ORDER[b.state] || age(b) - age(a))
		.map((run) => ({
			head: headOf(run, age(run)),
			resources: resourceLines(run.changes),
		}));
}

/** The whole report for people, a line each. */
export function driftLines(
	runs: readonly StackRun[],
	now: number,
): readonly string[] {
	const clean = runs.filter(({ state }) => state === "clean");
	const names = clean.map(({ root }) => root.stack).join(", ");
	return [
		driftHead(runs),
		...driftEntries(runs, now).flatMap(({ head, resources }) => [
			head,
			...resources,
		]),
		...(names ? [`CLEAN    ${names}`] : []),
	];
}

function headOf(
	{ root, state, causes, changes, reason }: StackRun,
	hours: number,
): string {
	const since =
		hours < 1
			? ""
			: `, for ${hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} days`}`;
	return state === "error"
		? `ERROR    ${root.stack}${since}: ${reason}`
		: `DIFFERS  ${root.stack}${since}: ${countText(changes.length, "resource")}, ${causes.join(" and ")}`;
}
