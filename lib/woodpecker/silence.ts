import { type Problem, WORKFLOW_RULES } from "./problem";

/** `# lint-ignore RULE: why`, or `# registry-guard: ignore RULE because why`; several rules with commas. */
const SILENCE =
	/#\s*(?:lint-ignore|registry-guard:\s*ignore)\b:?[ \t]*(.*?)\s*$/;
const SAID = /^([\w-]*(?:\s*,\s*[\w-]+)*)(?:\s*:|\s+because\b)?\s*(.*)$/;
/** A reason of fewer characters is none. */
const SHORTEST_REASON = 10;

/**
 * The problems that are left, and those of the silences themselves. A comment behind something silences its line, a
 * comment of its own the next line with all that is indented below it, one on top of the file the whole file.
 */
export function silence(
	file: string,
	text: string,
	problems: readonly Problem[],
): Problem[] {
	const lines = text.split("\n");
	const top = lines.findIndex((line) => !/^\s*(#|---|$)/.test(line));
	const bad: Problem[] = [];
	const silenced: { rule: string; from: number; to: number }[] = [];
	for (const [i, line] of lines.entries()) {
		const [, said] = SILENCE.exec(line) ?? [];
		if (said === undefined) continue;
		const [, names = "", reason = ""] = SAID.exec(said) ?? [];
		const rules = names.split(/[\s,]+/).filter(Boolean);
		const isKnown = rules.every((rule) => Object.hasOwn(WORKFLOW_RULES, rule));
		if (rules.length === 0 || !isKnown || reason.length < SHORTEST_REASON) {
			bad.push({
				rule: "silence-without-reason",
				severity: "error",
				file,
				line: i + 1,
				reason: `got ${line.trim()}`,
				fix: "wanted `# lint-ignore RULE: why`, with the name of a rule",
			});
			continue;
		}
		const span = !/^\s*#/.test(line)
			? { from: i, to: i }
			: i < top
				? { from: 0, to: lines.length }
				: below(lines, i);
		for (const rule of rules) silenced.push({ rule, ...span });
	}
	const isSilent = ({ rule, line }: Problem) =>
		silenced.some(
			(each) =>
				each.rule === rule && each.from <= line - 1 && line - 1 <= each.to,
		);
	return [...problems.filter((each) => !isSilent(each)), ...bad];
}

/** Indices of the next line that is no comment, and of the last one that is indented deeper below it. */
function below(
	lines: readonly string[],
	comment: number,
): { readonly from: number; readonly to: number } {
	const indent = (line = "") => line.length - line.trimStart().length;
	let from = comment + 1;
	while (from < lines.length && /^\s*(#|$)/.test(lines[from] ?? "")) from++;
	let to = from;
	while (
		to + 1 < lines.length &&
		((lines[to + 1] ?? "").trim() === "" ||
			indent(lines[to + 1]) > indent(lines[from]))
	)
		to++;
	return { from, to };
}
