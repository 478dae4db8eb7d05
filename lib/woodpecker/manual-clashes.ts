import { ExpressionError, parseExpression } from "./expression";
import { fires } from "./fires";
import { exampleOf } from "./glob";
import type { ParsedWorkflow } from "./parse";
import type { Problem } from "./problem";

/** More combinations than this are not tried; the problem says so. */
const MAX_COMBINATIONS = 20_000;
const PARTIAL = /\b(contains|startsWith|endsWith)\b/;

/** Every pair that starts on the same manual run, each with the variables that start it: all combinations are tried. */
export function manualClashes(
	workflows: readonly ParsedWorkflow[],
	together: readonly (readonly string[])[] = [],
): Problem[] {
	const clashes = new Map<string, Problem>();
	const sure = new Set<string>();
	const manual = workflows.filter(({ when }) =>
		mayBeManual(when.map(({ events }) => events)),
	);
	const { combinations, complete } = manualCombinations(manual);
	for (const branch of branchesOf(manual))
		for (const variables of combinations) {
			const started = manual
				.map((workflow) => ({
					workflow,
					verdict: fires(workflow, { event: "manual", branch, variables }),
				}))
				.filter(({ verdict }) => verdict !== "no");
			for (const [i, { workflow: first, verdict }] of started.entries())
				for (const { workflow: second, verdict: other } of started.slice(
					i + 1,
				)) {
					const pair = `${first.file} ${second.file}`;
					const isMeant = together.some(
						(set) => set.includes(first.name) && set.includes(second.name),
					);
					if (isMeant || sure.has(pair)) continue;
					const isSure = verdict === "yes" && other === "yes";
					if (isSure) sure.add(pair);
					else if (clashes.has(pair)) continue;
					clashes.set(
						pair,
						clash(
							second,
							`got ${called(first, second)} and ${called(second, first)} ${isSure ? "both" : "perhaps both"} on ${describe(variables)}`,
							"wanted an evaluate that tells them apart",
						),
					);
				}
		}
	const [first] = manual;
	if (!complete && first)
		clashes.set(
			"",
			clash(
				first,
				`got more than ${MAX_COMBINATIONS} combinations of variables`,
				"wanted fewer: the rest was not looked at",
			),
		);
	return [...clashes.values()];
}

/** Its name; the file, where the other one has the same name: `a.yml` beside `a.yaml`. */
function called({ name, file }: ParsedWorkflow, other: ParsedWorkflow): string {
	return name === other.name ? file : name;
}

function clash(
	{ file, when }: ParsedWorkflow,
	reason: string,
	fix: string,
): Problem {
	const { line = 1 } = when.find(({ events }) => mayBeManual([events])) ?? {};
	return { rule: "manual-clash", severity: "error", file, line, reason, fix };
}

function mayBeManual(items: readonly (readonly string[])[]): boolean {
	return (
		items.length === 0 ||
		items.some((events) => events.length === 0 || events.includes("manual"))
	);
}

function describe(variables: ReadonlyMap<string, string>): string {
	const given = [...variables].filter(([, value]) => value !== "");
	return given.length === 0
		? "a bare manual run"
		: given.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** Every branch that a condition names, by a pattern one that it matches; master, and one that nobody names. */
function branchesOf(workflows: readonly ParsedWorkflow[]): readonly string[] {
	const named = workflows.flatMap(({ when, steps }) =>
		[...when, ...steps.flatMap((step) => step.when)].flatMap(
			({ branch, ref, evaluate }) => [
				...branch.include,
				...ref.include.map((each) => each.replace(/^refs\/heads\//, "")),
				...(new Map(comparedIn(evaluate)).get("CI_COMMIT_BRANCH") ?? []),
			],
		),
	);
	return [...new Set(["master", "another", ...named.map(exampleOf)])];
}

/** Every combination of the variables that any workflow asks for: not given, some value, each value that is compared with. */
export function manualCombinations(workflows: readonly ParsedWorkflow[]): {
	readonly combinations: readonly ReadonlyMap<string, string>[];
	readonly complete: boolean;
} {
	const values = new Map<string, Set<string>>();
	for (const { when, steps } of workflows)
		for (const { evaluate } of [...when, ...steps.flatMap((s) => s.when)])
			for (const [name, compared] of comparedIn(evaluate)) {
				// server variables do not tell manual runs apart
				if (name.startsWith("CI_")) continue;
				const known = values.get(name) ?? new Set(["", "any"]);
				for (const each of compared) known.add(each);
				// a text that has the parts that several of them ask for
				if (PARTIAL.test(evaluate ?? ""))
					known.add([...known].filter((each) => each !== "any").join(""));
				values.set(name, known);
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

function comparedIn(
	evaluate: string | undefined,
): Iterable<readonly [string, ReadonlySet<string>]> {
	if (evaluate === undefined) return [];
	try {
		return parseExpression(evaluate).compared;
	} catch (error) {
		if (error instanceof ExpressionError) return [];
		throw error;
	}
}
