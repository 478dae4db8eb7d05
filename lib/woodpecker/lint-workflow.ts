import { PATH_EVENTS, type WorkflowEvent } from "./event";
import { ExpressionError, parseExpression } from "./expression";
import {
	type ParsedCondition,
	type ParsedWorkflow,
	parseWorkflow,
	WorkflowSyntaxError,
} from "./parse";
import type { Problem, WorkflowRule } from "./problem";
import { SubstitutionError, substitute } from "./substitution";

const PINNED = /(:v?\d+\.\d+[\w.+-]*|:[0-9a-f]{7,40}|@sha256:[0-9a-f]{64})$/;
const INSTALLS =
	/(^|[\s;&|(])(apk\s+add|apt(-get)?\s+(-\S+\s+)*install|dnf\s+install|yum\s+install|pip3?\s+install|npm\s+(i|install)\s+(-g|--global)|go\s+install|(curl|wget)\s[^|\n]*\|\s*(ba)?sh)\b/;

/** A file as it stands, substituted the way the server does, and what is wrong with it by itself. */
export function lintWorkflow(
	file: string,
	text: string,
): {
	readonly workflow: ParsedWorkflow | undefined;
	readonly problems: readonly Problem[];
} {
	const problems: Problem[] = [];
	const report = (
		rule: WorkflowRule,
		severity: Problem["severity"],
		line: number,
		message: string,
	) => problems.push({ rule, severity, file, line, message });

	let substituted = text;
	try {
		substituted = substitute(text, () => "x");
	} catch (error) {
		if (!(error instanceof SubstitutionError)) throw error;
		report("substitution", "error", 1, error.message);
	}
	let workflow: ParsedWorkflow;
	try {
		workflow = parseWorkflow(file, substituted);
	} catch (error) {
		if (!(error instanceof WorkflowSyntaxError)) throw error;
		report("syntax", "error", error.line, error.message);
		return { workflow: undefined, problems };
	}
	if (workflow.steps.length === 0)
		report("syntax", "error", 1, "got no steps, wanted at least one");

	const rootEvents =
		workflow.when.length > 0 &&
		workflow.when.every(({ events }) => events.length > 0);
	const possible = (condition: ParsedCondition): readonly string[] =>
		condition.events.length > 0
			? condition.events
			: workflow.when.flatMap(({ events }) => events);
	const lintCondition = (condition: ParsedCondition) => {
		const blind = possible(condition).filter(
			(event) => !PATH_EVENTS.has(event as WorkflowEvent),
		);
		if (
			condition.path &&
			(blind.length > 0 || possible(condition).length === 0)
		) {
			report(
				"path-without-effect",
				"error",
				condition.line,
				`got a path filter on ${blind.join(", ") || "every event"}, wanted one item per event, path only beside push and pull_request`,
			);
		}
		if (condition.evaluate === undefined) return;
		try {
			parseExpression(condition.evaluate);
		} catch (error) {
			if (!(error instanceof ExpressionError)) throw error;
			report(
				"unknown-expression",
				"warning",
				condition.line,
				`${condition.evaluate}: ${error.message}`,
			);
		}
	};

	for (const condition of workflow.when) lintCondition(condition);
	for (const { image, line } of workflow.cloneImages) lintImage(image, line);
	const names = new Set(workflow.steps.map(({ name }) => name));
	for (const step of workflow.steps) {
		if (
			!rootEvents &&
			!(
				step.when.length > 0 &&
				step.when.every(({ events }) => events.length > 0)
			)
		) {
			report(
				"missing-event",
				"error",
				step.line,
				`${step.name}: got no event here or in the workflow's when, wanted one in each item`,
			);
		}
		for (const condition of step.when) lintCondition(condition);
		lintImage(step.image, step.line);
		if (step.hasSettings && step.commands.length > 0) {
			report(
				"commands-with-settings",
				"error",
				step.line,
				`${step.name}: got both, wanted commands or settings`,
			);
		}
		for (const dependency of step.dependsOn) {
			if (!names.has(dependency))
				report(
					"unknown-dependency",
					"error",
					step.line,
					`${step.name}: got ${dependency}, wanted one of ${[...names].join(", ")}`,
				);
		}
		const installs = INSTALLS.exec(step.commands.join("\n"));
		if (installs)
			report(
				"install-at-run-time",
				"error",
				step.line,
				`${step.name}: got ${installs[0].trim()}, wanted it in the image`,
			);
	}
	return { workflow, problems };

	function lintImage(image: string, line: number): void {
		if (!PINNED.test(image))
			report(
				"floating-pin",
				"error",
				line,
				`got ${image || "no image"}, wanted an exact version or a digest`,
			);
	}
}
