import { PATH_EVENTS, type WorkflowEvent } from "./event";
import { ExpressionError, parseExpression } from "./expression";
import { matchesGlob } from "./glob";
import type { ParsedCondition, ParsedPattern, ParsedWorkflow } from "./parse";

/** Events whose ref is that of the branch. */
const BRANCH_EVENTS: ReadonlySet<WorkflowEvent> = new Set([
	"push",
	"manual",
	"cron",
	"deployment",
]);

/** What happened in the repository. */
export interface Trigger {
	readonly event: WorkflowEvent;
	/** @default "" */
	readonly branch?: string;
	/** Changed files; only push and pull requests have any. @default [] */
	readonly paths?: readonly string[];
	readonly message?: string;
	readonly cron?: string;
	readonly variables?: ReadonlyMap<string, string>;
}

/** `unknown`: an `evaluate` that is not understood here decides. */
export type Verdict = "yes" | "no" | "unknown";

/** Whether a workflow starts: one of its conditions holds, and at least one of its steps is left. */
export function fires(workflow: ParsedWorkflow, trigger: Trigger): Verdict {
	const whole = anyHolds(workflow.when, trigger);
	if (whole === "no" || workflow.steps.length === 0) return whole;
	const steps = best(
		workflow.steps.map((step) => anyHolds(step.when, trigger)),
	);
	return steps === "yes" ? whole : steps;
}

/** A list is OR; none at all holds always. */
export function anyHolds(
	conditions: readonly ParsedCondition[],
	trigger: Trigger,
): Verdict {
	return conditions.length === 0
		? "yes"
		: best(conditions.map((each) => holds(each, trigger)));
}

function best(verdicts: readonly Verdict[]): Verdict {
	if (verdicts.includes("yes")) return "yes";
	return verdicts.includes("unknown") ? "unknown" : "no";
}

/** One item is AND, and a filter that does not apply to the event is true (constraint.go, 3.17). */
function holds(condition: ParsedCondition, trigger: Trigger): Verdict {
	const { event, branch = "", paths = [], message = "", cron = "" } = trigger;
	const { events, path, evaluate, ref } = condition;
	if (events.length > 0 && !events.includes(event)) return "no";
	if (event !== "tag" && !allowed(condition.branch, branch)) return "no";
	if (event === "cron" && !allowed(condition.cron, cron)) return "no";
	if (PATH_EVENTS.has(event) && path && !touches(path, paths, message))
		return "no";
	const isBranch = BRANCH_EVENTS.has(event);
	if (isBranch && !allowed(ref, `refs/heads/${branch}`)) return "no";
	const isFiltered = ref.include.length + ref.exclude.length > 0;
	const otherwise =
		condition.isForeign || (isFiltered && !isBranch) ? "unknown" : "yes";
	if (evaluate === undefined) return otherwise;
	try {
		const expression = parseExpression(evaluate);
		const known = new Map([
			...(trigger.variables ?? []),
			["CI_PIPELINE_EVENT", event],
			["CI_COMMIT_BRANCH", branch],
		]);
		// the server knows the rest of its variables, we do not
		const isOpen = [...expression.compared.keys()].some(
			(name) => name.startsWith("CI_") && !known.has(name),
		);
		if (isOpen) return "unknown";
		return expression.evaluate(known) ? otherwise : "no";
	} catch (error) {
		if (error instanceof ExpressionError) return "unknown";
		throw error;
	}
}

function allowed({ include, exclude }: ParsedPattern, text: string): boolean {
	if (exclude.some((glob) => matchesGlob(glob, text))) return false;
	return (
		include.length === 0 || include.some((glob) => matchesGlob(glob, text))
	);
}

function touches(
	path: NonNullable<ParsedCondition["path"]>,
	paths: readonly string[],
	message: string,
): boolean {
	const { include, exclude, ignoreMessage, onEmpty } = path;
	if (
		ignoreMessage !== "" &&
		message.toLowerCase().includes(ignoreMessage.toLowerCase())
	)
		return true;
	if (paths.length === 0) return onEmpty;
	const hits = (globs: readonly string[], file: string) =>
		globs.some((glob) => matchesGlob(glob, file));
	if (exclude.length > 0 && paths.every((file) => hits(exclude, file)))
		return false;
	return include.length === 0 || paths.some((file) => hits(include, file));
}
