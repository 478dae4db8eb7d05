import { dirname } from "node:path";
import { HOST_RULES } from "../registry-host/lint/host-rules";
import { kindOf } from "../registry-host/lint/kind-of";
import { lintHostSet } from "../registry-host/lint/lint-host-files";
import { MAX_YAML_DEPTH, tooDeepAt } from "../registry-host/lint/yaml-depth";
import { lintFolder } from "../woodpecker/lint-folder";
import { WORKFLOW_RULES } from "../woodpecker/problem";
import { findIncluded } from "./find-included";
import {
	isWorkflow,
	type LintInput,
	lintInputs,
	type UnreadInput,
} from "./lint-inputs";

/** What any linter found, with why it is a problem. */
export interface LintProblem {
	readonly rule: string;
	readonly severity: "error" | "warning";
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	readonly reason: string;
	readonly fix: string;
	readonly why: string;
	/** The test that shows it. */
	readonly proof: string;
}

export interface LintResult {
	/** What was looked at, and as what. */
	readonly files: readonly { readonly file: string; readonly kind: string }[];
	readonly problems: readonly LintProblem[];
}

const WORKFLOW_PROOF = "test/woodpecker/lint.cases.ts";

/** Looks at files and folders: configuration of the host as one set, the workflows of each folder as another. */
export function lintFiles(operands: readonly string[]): LintResult {
	const { inputs, unread } = lintInputs(operands);
	const [workflows, deep] = partition(inputs.filter(isWorkflow));
	const others = inputs.filter((each) => !isWorkflow(each));
	const { problems: found, included } = lintHostSet(others, findIncluded);
	const kinds = new Map<string, string>(
		others.flatMap(({ path, text }) => {
			const kind =
				included.find((each) => each.path === path)?.kind ?? kindOf(text);
			return kind ? [[path, kind]] : [];
		}),
	);
	const strange = others.filter(
		({ isNamed, path }) => isNamed && !kinds.has(path),
	);
	for (const { path, kind } of included) kinds.set(path, kind);
	const notLinted = (file: string, reason: string) => ({
		rule: "not-linted" as const,
		file,
		line: 1,
		reason,
	});
	const problems: LintProblem[] = [
		...[...unread, ...deep].map(({ path, reason }) => ({
			...notLinted(path, reason),
			severity: "error" as const,
			fix: "name a readable text file, or a folder",
		})),
		...strange.map(({ path }) => ({
			...notLinted(path, "got a file of a kind that no rule is for"),
			severity: "warning" as const,
			fix: "name a compose file, an nginx or registry configuration, a crontab, a netplan or resolved file, a unit, a script or a workflow",
		})),
		...found,
	].map((each) => ({ ...each, ...HOST_RULES[each.rule] }));
	for (const set of byFolder(workflows))
		problems.push(
			...lintFolder(set).problems.map((each) => ({
				...each,
				why: WORKFLOW_RULES[each.rule],
				proof: WORKFLOW_PROOF,
			})),
		);
	return {
		files: [
			...[...kinds].map(([file, kind]) => ({ file, kind })),
			...workflows.map(({ path }) => ({ file: path, kind: "workflow" })),
		],
		problems,
	};
}

/** Those that a parser can be given, and those that would end it. */
function partition(
	inputs: readonly LintInput[],
): [readonly LintInput[], readonly UnreadInput[]] {
	const shallow = inputs.filter(({ text }) => tooDeepAt(text) === undefined);
	const deep = inputs
		.filter((each) => !shallow.includes(each))
		.map(({ path }) => ({
			path,
			reason: `got more than ${MAX_YAML_DEPTH} levels inside each other`,
		}));
	return [shallow, deep];
}

function byFolder(
	workflows: readonly LintInput[],
): readonly Readonly<Record<string, string>>[] {
	const folders = new Map<string, Record<string, string>>();
	for (const { path, text } of workflows) {
		const folder = dirname(path);
		const set = folders.get(folder) ?? {};
		set[path] = text;
		folders.set(folder, set);
	}
	return [...folders.values()];
}
