import { cronProblems, dependencyProblems, secretProblems } from "./lint-facts";
import { lintWorkflow } from "./lint-workflow";
import { manualClashes } from "./manual-clashes";
import type { ParsedWorkflow } from "./parse";
import type { Problem } from "./problem";
import type { Secret } from "./secret";
import { silence } from "./silence";

/** What a folder's workflows may rely on; what is undefined is not judged. */
export interface FolderFacts {
	readonly secrets?: readonly Pick<Secret, "name" | "events" | "images">[];
	readonly crons?: readonly string[];
	/** Workflows that lie in the folder too but not among the files (`parseStranger`); undefined: the files may not be all. */
	readonly strangers?: readonly ParsedWorkflow[];
	/** Sets of workflows that are meant to start on the same manual run. */
	readonly together?: readonly (readonly string[])[];
}

/**
 * The whole folder: every file by itself, and all of them together, generated, hand-written and declared.
 *
 * @param files text by path.
 */
export function lintFolder(
	files: Readonly<Record<string, string>>,
	facts: FolderFacts = {},
): {
	readonly workflows: readonly ParsedWorkflow[];
	readonly problems: readonly Problem[];
} {
	const results = Object.entries(files).map(([file, text]) =>
		lintWorkflow(file, text),
	);
	const present = results.flatMap(({ workflow }) => workflow ?? []);
	const names = new Set(present.map(({ name }) => name));
	// a file says better than its declaration what it does
	const declared = (facts.strangers ?? []).filter(
		({ name }) => !names.has(name),
	);
	const workflows = [...present, ...declared];
	const together = [
		...secretProblems(present, facts),
		...cronProblems(workflows, facts),
		...dependencyProblems(present, facts),
		...manualClashes(workflows, facts.together),
	];
	return {
		workflows,
		problems: [
			...results.flatMap(({ problems }) => problems),
			...present.flatMap(({ file, text }) =>
				silence(
					file,
					text,
					together.filter((problem) => problem.file === file),
				).filter(({ rule }) => rule !== "silence-without-reason"),
			),
			...together.filter(
				({ file }) => !present.some((each) => each.file === file),
			),
		],
	};
}
