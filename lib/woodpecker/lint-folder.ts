import {
	type Expression,
	ExpressionError,
	parseExpression,
} from "./expression";
import { fires } from "./fires";
import { lintWorkflow } from "./lint-workflow";
import type { ParsedWorkflow } from "./parse";
import type { Problem, WorkflowRule } from "./problem";
import type { Secret } from "./secret";

/** What a folder's workflows may rely on; what is undefined is not judged. */
export interface FolderFacts {
	readonly secrets?: readonly Pick<Secret, "name" | "events">[];
	readonly crons?: readonly string[];
	/** Sets of workflows that are meant to start on the same manual run. */
	readonly together?: readonly (readonly string[])[];
}

/** More combinations than this are not tried; the problem says so. */
const MAX_COMBINATIONS = 20_000;

/** The whole folder: every file by itself, and all of them together, generated and hand-written. */
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
	const workflows = results.flatMap(({ workflow }) => workflow ?? []);
	return {
		workflows,
		problems: [
			...results.flatMap(({ problems }) => problems),
			...secretProblems(workflows, facts),
			...cronProblems(workflows, facts),
			...manualClashes(workflows, facts),
		],
	};
}

function problem(
	rule: WorkflowRule,
	file: string,
	line: number,
	message: string,
): Problem {
	return { rule, severity: "error", file, line, message };
}

function secretProblems(
	workflows: readonly ParsedWorkflow[],
	{ secrets }: FolderFacts,
): Problem[] {
	if (!secrets) return [];
	const known = new Map(secrets.map((secret) => [secret.name, secret]));
	return workflows.flatMap(({ file, when, steps }) =>
		steps.flatMap(({ name, secrets: used, line }) =>
			used.flatMap((secret): Problem[] => {
				const declared = known.get(secret);
				if (!declared)
					return [
						problem(
							"undeclared-secret",
							file,
							line,
							`${name}: got ${secret}, wanted one of ${[...known.keys()].join(", ")}`,
						),
					];
				// the server resolves secrets before it looks at conditions: every event of the workflow counts, not the step's own
				const events = new Set(when.flatMap((condition) => condition.events));
				return [...events]
					.filter(
						(event) => !declared.events.some((allowed) => allowed === event),
					)
					.map((event) =>
						problem(
							"secret-event",
							file,
							line,
							`${name}: got ${secret} on ${event}, wanted it only on ${declared.events.join(", ")}`,
						),
					);
			}),
		),
	);
}

function cronProblems(
	workflows: readonly ParsedWorkflow[],
	{ crons }: FolderFacts,
): Problem[] {
	if (!crons) return [];
	return workflows.flatMap(({ file, when, steps }) =>
		[...when, ...steps.flatMap((step) => step.when)].flatMap(({ cron, line }) =>
			cron.include
				.filter((name) => !/[*?[{]/.test(name) && !crons.includes(name))
				.map((name) =>
					problem(
						"unknown-cron",
						file,
						line,
						`got ${name}, wanted one of ${crons.join(", ")}`,
					),
				),
		),
	);
}

/** Every pair that starts on the same variables, each with the variables that start it. */
function manualClashes(
	workflows: readonly ParsedWorkflow[],
	{ together = [] }: FolderFacts,
): Problem[] {
	const clashes = new Map<string, Problem>();
	const { combinations, complete } = manualCombinations(workflows);
	for (const variables of combinations) {
		const started = workflows.filter(
			(workflow) =>
				fires(workflow, { event: "manual", branch: "master", variables }) !==
				"no",
		);
		for (const [i, first] of started.entries()) {
			for (const second of started.slice(i + 1)) {
				const pair = `${first.name} ${second.name}`;
				if (
					clashes.has(pair) ||
					together.some(
						(set) => set.includes(first.name) && set.includes(second.name),
					)
				)
					continue;
				clashes.set(
					pair,
					problem(
						"manual-clash",
						second.file,
						second.when[0]?.line ?? 1,
						`got ${first.name} and ${second.name} both on ${describe(variables)}, wanted an evaluate that tells them apart`,
					),
				);
			}
		}
	}
	if (!complete && workflows[0]) {
		const { file } = workflows[0];
		clashes.set(
			"",
			problem(
				"manual-clash",
				file,
				1,
				`got more than ${MAX_COMBINATIONS} combinations of variables, wanted fewer: the rest was not looked at`,
			),
		);
	}
	return [...clashes.values()];
}

function describe(variables: ReadonlyMap<string, string>): string {
	const given = [...variables].filter(([, value]) => value !== "");
	return given.length === 0
		? "a bare manual run"
		: given.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** Every combination of the variables that any workflow asks for: not given, some value, each value that is compared with. */
export function manualCombinations(workflows: readonly ParsedWorkflow[]): {
	readonly combinations: readonly ReadonlyMap<string, string>[];
	readonly complete: boolean;
} {
	const expressions = workflows.flatMap(({ when, steps }) =>
		[...when, ...steps.flatMap((step) => step.when)].flatMap(({ evaluate }) =>
			evaluate === undefined ? [] : (expression(evaluate) ?? []),
		),
	);
	const values = new Map<string, Set<string>>();
	for (const { variables, strings } of expressions) {
		for (const name of variables) {
			// server variables do not tell manual runs apart
			if (name.startsWith("CI_")) continue;
			const known = values.get(name) ?? new Set(["", "any"]);
			for (const each of strings) known.add(each);
			values.set(name, known);
		}
	}
	let combinations: Map<string, string>[] = [new Map()];
	let complete = true;
	for (const [name, options] of values) {
		const next = combinations.flatMap((one) =>
			[...options].map((option) => new Map(one).set(name, option)),
		);
		complete &&= next.length <= MAX_COMBINATIONS;
		combinations = next.slice(0, MAX_COMBINATIONS);
	}
	return { combinations, complete };
}

function expression(text: string): Expression | undefined {
	try {
		return parseExpression(text);
	} catch (error) {
		if (error instanceof ExpressionError) return undefined;
		throw error;
	}
}
