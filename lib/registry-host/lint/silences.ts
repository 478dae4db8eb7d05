import { HOST_RULES, type HostProblem, type HostRule } from "./host-rules";

/** `# lint-ignore RULE: why`, as in workflows, or `# registry-guard: ignore RULE because why`. */
const SILENCE =
	/#\s*(?:lint-ignore|registry-guard:\s*ignore)\b:?[ \t]*(.*?)\s*$/;
const SAID = /^([\w-]*(?:\s*,\s*[\w-]+)*)(?:\s*:|\s+because\b)?\s*(.*)$/;
/** A reason of fewer characters is none. */
const SHORTEST_REASON = 10;
const FORM = "write: # lint-ignore RULE: why";

interface Silence {
	readonly rules: readonly string[];
	/** First and last line that it silences. */
	readonly from: number;
	readonly to: number;
}

/**
 * Problems of one file without those that its comments silence, and the problems of the silences themselves. A comment
 * behind something silences its line, a comment of its own the next line with all that is indented below it, and one on
 * top of the file the whole file.
 */
export function withSilences(
	file: string,
	text: string,
	problems: readonly HostProblem[],
): readonly HostProblem[] {
	if (!/lint-ignore|registry-guard:/.test(text)) return problems;
	const lines = text.split("\n");
	const silences: Silence[] = [];
	const own: HostProblem[] = [];
	let isTop = true;
	for (const [i, line] of lines.entries()) {
		const isComment = /^\s*#/.test(line);
		if (!isComment && line.trim() !== "" && line.trim() !== "---")
			isTop = false;
		const [, said] = SILENCE.exec(line) ?? [];
		if (said === undefined) continue;
		const [, names = "", reason = ""] = SAID.exec(said) ?? [];
		const rules = names.split(/[\s,]+/).filter(Boolean);
		const unknown = rules.filter((each) => !Object.hasOwn(HOST_RULES, each));
		if (
			reason.length < SHORTEST_REASON ||
			rules.length === 0 ||
			unknown.length > 0
		) {
			own.push(mistake(file, i + 1, rules, unknown, said));
			continue;
		}
		const span = isComment
			? isTop
				? { from: 1, to: lines.length }
				: below(lines, i)
			: { from: i + 1, to: i + 1 };
		silences.push({ rules, ...span });
	}
	const isSilent = ({ rule, line }: HostProblem) =>
		silences.some(
			({ rules, from, to }) =>
				rules.includes(rule) && from <= line && line <= to,
		);
	return [...problems.filter((each) => !isSilent(each)), ...own];
}

function mistake(
	file: string,
	line: number,
	rules: readonly string[],
	unknown: readonly string[],
	said: string,
): HostProblem {
	const rule: HostRule = "silence-without-reason";
	const [first] = unknown;
	return {
		rule,
		severity: "error",
		file,
		line,
		reason:
			rules.length === 0
				? "got a silence that names no rule"
				: first !== undefined
					? `got a silence of ${JSON.stringify(first)}, which is no rule`
					: `got a silence of ${said} without a reason`,
		fix:
			first !== undefined
				? `name one of ${Object.keys(HOST_RULES).join(", ")}`
				: FORM,
	};
}

/** The next line that is no comment, and all that is indented deeper right below it. */
function below(
	lines: readonly string[],
	comment: number,
): Pick<Silence, "from" | "to"> {
	let from = comment + 1;
	while (from < lines.length && /^\s*(#|$)/.test(lines[from] ?? "")) from++;
	const depth = indent(lines[from] ?? "");
	let to = from;
	while (
		to + 1 < lines.length &&
		((lines[to + 1] ?? "").trim() === "" || indent(lines[to + 1] ?? "") > depth)
	)
		to++;
	return { from: from + 1, to: to + 1 };
}

function indent(line: string): number {
	return line.length - line.trimStart().length;
}
