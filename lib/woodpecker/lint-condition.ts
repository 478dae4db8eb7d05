import { EVENTS, PATH_EVENTS, type WorkflowEvent } from "./event";
import { ExpressionError, parseExpression } from "./expression";
import type { ParsedCondition } from "./parse";
import type { Problem, WorkflowRule } from "./problem";

/** Notes a problem of the file that is looked at. */
export type Lint = (
	rule: WorkflowRule,
	severity: Problem["severity"],
	line: number,
	reason: string,
	fix: string,
) => void;

/**
 * One item of a `when`: filters that say nothing there, and an expression that is not understood.
 *
 * @param events what it can be asked about: its own events, else the workflow's; empty: every one.
 */
export function lintCondition(
	condition: ParsedCondition,
	events: readonly string[],
	report: Lint,
): void {
	const { line, path, branch, cron, evaluate } = condition;
	const blind = events.filter(
		(event) => !PATH_EVENTS.has(event as WorkflowEvent),
	);
	if (path && (blind.length > 0 || events.length === 0))
		report(
			"path-without-effect",
			"error",
			line,
			`got a path filter on ${blind.join(", ") || "every event"}`,
			"wanted one item per event, path only beside push and pull_request",
		);
	for (const event of condition.events)
		if (!EVENTS.includes(event as WorkflowEvent))
			report(
				"unknown-event",
				"error",
				line,
				`got ${event}`,
				`wanted one of ${EVENTS.join(", ")}`,
			);
	for (const status of condition.status)
		if (!["success", "failure"].includes(status))
			report(
				"unknown-value",
				"error",
				line,
				`got status ${status}`,
				"wanted success or failure",
			);
	const isFiltered = (filter: typeof cron) =>
		filter.include.length + filter.exclude.length > 0;
	if (isFiltered(cron) && events.length > 0 && !events.includes("cron"))
		report(
			"filter-without-effect",
			"error",
			line,
			`got a cron filter on ${events.join(", ")}`,
			"wanted it beside event: cron",
		);
	if (
		isFiltered(branch) &&
		events.length > 0 &&
		events.every((e) => e === "tag")
	)
		report(
			"filter-without-effect",
			"error",
			line,
			"got a branch filter on tag",
			"wanted it beside an event that has a branch",
		);
	if (evaluate === undefined) return;
	try {
		// what every variable being a text leaves open shows with any texts
		parseExpression(evaluate).evaluate(new Map());
	} catch (error) {
		if (!(error instanceof ExpressionError)) throw error;
		report(
			"unknown-expression",
			"warning",
			line,
			`${evaluate}: ${error.message}`,
			"wanted comparisons of variables with strings",
		);
	}
}
