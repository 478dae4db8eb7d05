import type { WorkflowEvent } from "./event";
import { fires, type Trigger } from "./fires";
import { exampleOf } from "./glob";
import { manualCombinations } from "./manual-clashes";
import type { ParsedWorkflow } from "./parse";

/** A trigger worth a column, with its heading. */
export interface MatrixColumn {
	readonly title: string;
	readonly trigger: Trigger;
}

const MARK = { yes: "yes", no: "", unknown: "?" } as const;

/** Which workflow starts on what: a Markdown table, one row a workflow, for people. */
export function renderTriggerMatrix(
	workflows: readonly ParsedWorkflow[],
	columns: readonly MatrixColumn[],
): string {
	const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
	return [
		row(["workflow", ...columns.map(({ title }) => title)]),
		row(["---", ...columns.map(() => "---")]),
		...[...workflows]
			.sort((a, b) => (a.name < b.name ? -1 : 1))
			.map((workflow) =>
				row([
					workflow.name,
					...columns.map(({ trigger }) => MARK[fires(workflow, trigger)]),
				]),
			),
	].join("");
}

/** Columns that show what a folder distinguishes: a push to master, each path and cron it names, and every kind of manual run. */
export function matrixColumns(
	workflows: readonly ParsedWorkflow[],
	branch = "master",
): readonly MatrixColumn[] {
	const conditions = workflows.flatMap(({ when, steps }) => [
		...when,
		...steps.flatMap((step) => step.when),
	]);
	const unique = (values: readonly string[]) => [...new Set(values)].sort();
	const crons = unique(conditions.flatMap(({ cron }) => cron.include));
	const paths = unique(conditions.flatMap(({ path }) => path?.include ?? []));
	const event = (
		name: WorkflowEvent,
		more: Partial<Trigger> = {},
	): Trigger => ({ event: name, branch, ...more });
	const manual = distinctRuns(workflows, (variables) =>
		event("manual", { variables }),
	);
	return [
		{
			title: `push ${branch}`,
			trigger: event("push", { paths: ["README.md"] }),
		},
		{
			title: "push elsewhere",
			trigger: event("push", { branch: "feature", paths: ["README.md"] }),
		},
		...paths.map((path) => ({
			title: `push ${branch} \`${path}\``,
			trigger: event("push", { paths: [exampleOf(path)] }),
		})),
		{
			title: "pull request",
			trigger: event("pull_request", { paths: ["README.md"] }),
		},
		{ title: "tag", trigger: event("tag") },
		...crons.map((cron) => ({
			title: `cron ${cron}`,
			trigger: event("cron", { cron }),
		})),
		...manual.map((variables) => {
			const given = [...variables].filter(([, value]) => value !== "");
			return {
				title:
					given.length === 0
						? "manual, bare"
						: `manual ${given.map((pair) => pair.join("=")).join(" ")}`,
				trigger: event("manual", { variables }),
			};
		}),
	];
}

/** Of all manual runs that start the same workflows, the one with the fewest variables; bare runs always, others that start nothing never. */
function distinctRuns(
	workflows: readonly ParsedWorkflow[],
	trigger: (variables: ReadonlyMap<string, string>) => Trigger,
): readonly ReadonlyMap<string, string>[] {
	const size = (variables: ReadonlyMap<string, string>) =>
		[...variables.values()].filter((value) => value !== "").length;
	const byStarted = new Map<string, ReadonlyMap<string, string>>();
	const { combinations } = manualCombinations(workflows);
	for (const variables of [...combinations].sort((a, b) => size(a) - size(b))) {
		const started = workflows
			.filter((each) => fires(each, trigger(variables)) !== "no")
			.map(({ name }) => name)
			.join(" ");
		if (!byStarted.has(started) && (started !== "" || size(variables) === 0))
			byStarted.set(started, variables);
	}
	return [...byStarted.values()];
}
