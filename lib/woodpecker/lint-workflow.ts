import { isPinned } from "../pins";
import { dependencyCycle } from "./dependency-cycle";
import { installsAtRunTime } from "./installs-at-run-time";
import { type Lint, lintCondition } from "./lint-condition";
import {
	type ParsedWorkflow,
	parseWorkflow,
	WorkflowSyntaxError,
} from "./parse";
import type { Problem } from "./problem";
import { silence } from "./silence";
import { SubstitutionError, substitute } from "./substitution";

/** A commit that is all of a plain scalar. */
const UNQUOTED_COMMIT =
	/(?:^\s*-|:)\s+\$\{CI_COMMIT_SHA(?::\d+:\d+)?\}\s*(?:#.*)?$/;

/** What the server may put in for a variable, good enough to see what a file says. */
const SAMPLES: Readonly<Record<string, string>> = {
	CI_COMMIT_SHA: "0123456789abcdef0123456789abcdef01234567",
	CI_PIPELINE_NUMBER: "42",
	CI_COMMIT_TAG: "1.2.3",
	CI_COMMIT_BRANCH: "master",
	CI_REPO_DEFAULT_BRANCH: "master",
};

/** A file as it stands, substituted the way the server does, and what is wrong with it by itself. */
export function lintWorkflow(
	file: string,
	text: string,
): {
	readonly workflow: ParsedWorkflow | undefined;
	readonly problems: readonly Problem[];
} {
	const problems: Problem[] = [];
	const said = new Set<string>();
	// what is wrong in each cell of a matrix is said once
	const report: Lint = (rule, severity, line, reason, fix) => {
		const all = JSON.stringify([rule, line, reason]);
		if (said.has(all)) return;
		said.add(all);
		problems.push({ rule, severity, file, line, reason, fix });
	};

	for (const [i, line] of text.split("\n").entries())
		if (UNQUOTED_COMMIT.test(line))
			report(
				"unquoted-commit",
				"warning",
				i + 1,
				`got ${line.trim()}`,
				"wanted quotes around it",
			);
	const substituted = (cell?: ReadonlyMap<string, string>): string => {
		try {
			return substitute(
				text,
				(name) => cell?.get(name) ?? SAMPLES[name] ?? "x",
			);
		} catch (error) {
			if (!(error instanceof SubstitutionError)) throw error;
			report("substitution", "error", error.line, error.message, error.wanted);
			return text;
		}
	};
	let workflow: ParsedWorkflow | undefined;
	try {
		// the server reads its matrix before it substitutes
		for (const cell of parseWorkflow(file, text).cells) {
			const parsed = parseWorkflow(file, substituted(cell));
			workflow ??= parsed;
			lintParsed(parsed, report);
		}
	} catch (error) {
		if (!(error instanceof WorkflowSyntaxError)) throw error;
		substituted();
		report("syntax", "error", error.line, error.message, "wanted a workflow");
	}
	const left = [...silence(file, text, problems)];
	return { workflow, problems: left.sort((a, b) => a.line - b.line) };
}

function lintParsed(workflow: ParsedWorkflow, report: Lint): void {
	const { steps, services, when } = workflow;
	if (steps.length === 0)
		report("syntax", "error", 1, "got no steps", "wanted at least one");
	for (const { key, place, line } of workflow.unknownKeys)
		report(
			"unknown-key",
			"error",
			line,
			`got ${key} in a ${place === "stepWhen" ? "when" : place}`,
			"wanted a key of Woodpecker's schema",
		);
	for (const { reason, wanted, line } of workflow.wrongValues)
		report("unknown-value", "error", line, reason, wanted);
	const rootEvents =
		when.length > 0 && when.every(({ events }) => events.length > 0);
	const all = when.flatMap(({ events }) => events);
	for (const condition of when)
		lintCondition(condition, condition.events, report);
	for (const { image, line } of workflow.cloneImages)
		lintImage(image, line, report);
	const names = new Set(steps.map(({ name }) => name));
	const isGraph = steps.some(({ hasDependsOn }) => hasDependsOn);
	for (const step of [...steps, ...services]) {
		const { name, line } = step;
		for (const condition of step.when) {
			const { events } = condition;
			lintCondition(condition, events.length > 0 ? events : all, report);
			if (
				rootEvents &&
				events.length > 0 &&
				!events.some((e) => all.includes(e))
			)
				report(
					"unreachable-step",
					"error",
					condition.line,
					`${name}: got ${events.join(", ")}`,
					`wanted one of the workflow's ${all.join(", ")}`,
				);
		}
		lintImage(step.image, line, report);
		if (!["", "fail", "ignore", "cancel"].includes(step.failure))
			report(
				"unknown-value",
				"error",
				line,
				`${name}: got failure ${step.failure}`,
				"wanted fail, ignore or cancel",
			);
		if (step.hasSettings && (step.commands.length > 0 || step.hasEnvironment))
			report(
				"commands-with-settings",
				"error",
				line,
				`${name}: got both`,
				"wanted commands or settings",
			);
		for (const dependency of step.dependsOn)
			if (!names.has(dependency))
				report(
					"unknown-dependency",
					"error",
					line,
					`${name}: got ${dependency}`,
					`wanted one of ${[...names].join(", ")}`,
				);
		const installs = installsAtRunTime(step.commands);
		if (installs)
			report(
				"install-at-run-time",
				"error",
				line,
				`${name}: got ${installs}`,
				"wanted it in the image",
			);
	}
	const cycle = dependencyCycle(steps);
	if (cycle)
		report(
			"dependency-cycle",
			"error",
			steps.find(({ name }) => name === cycle[0])?.line ?? 1,
			`got ${cycle.join(" -> ")}`,
			"wanted steps that do not wait for each other",
		);
	for (const [i, { name, line, when: own, hasDependsOn }] of steps.entries()) {
		if (steps.findIndex((each) => each.name === name) < i)
			report(
				"duplicate-step",
				"error",
				line,
				`${name}: got it twice`,
				"wanted names that differ",
			);
		const hasEvents =
			own.length > 0 && own.every(({ events }) => events.length > 0);
		if (!rootEvents && !hasEvents)
			report(
				"missing-event",
				"error",
				line,
				`${name}: got no event here or in the workflow's when`,
				"wanted one in each item",
			);
		if (isGraph && !hasDependsOn)
			report(
				"partial-graph",
				"warning",
				line,
				`${name}: got no depends_on while another step has one`,
				"wanted one in each step, [] for at once",
			);
	}
}

function lintImage(image: string, line: number, report: Lint): void {
	if (!isPinned(image))
		report(
			"floating-pin",
			"error",
			line,
			`got ${image || "no image"}`,
			"wanted an exact version, a commit or a digest",
		);
}
