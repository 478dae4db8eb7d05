/** `# lint-ignore RULE: why`, or `# registry-guard: ignore RULE because why`; several rules with commas. */
const SILENCE =
	/#\s*(?:lint-ignore|registry-guard:\s*ignore)\b:?[ \t]*(.*?)\s*$/;
const SAID = /^([\w-]*(?:\s*,\s*[\w-]+)*)(?:\s*:|\s+because\b)?\s*(.*)$/;
/** Most files hold none. */
const SILENCE_WORD = /lint-ignore|registry-guard:/;
/** A reason of fewer characters is none. */
const SHORTEST_REASON = 10;

/** A silence that names no rule, one that does not exist, or gives no reason: it silences nothing. */
export interface BadSilence {
	/** 1-based. */
	readonly line: number;
	/** The whole line, trimmed. */
	readonly text: string;
	/** What stands behind the keyword. */
	readonly said: string;
	readonly rules: readonly string[];
	/** Those of `rules` that are none. */
	readonly unknown: readonly string[];
}

interface Span {
	/** First and last line, 1-based. */
	readonly from: number;
	readonly to: number;
}

/**
 * Problems of one file without those that its comments silence, and the problems of the silences themselves. A comment
 * behind something silences its line, a comment of its own the next line with all that is indented below it, and one on
 * top of the file the whole file.
 *
 * @param rules names that a silence may say
 * @param about words for a silence that is wrong
 */
export function withoutSilenced<
	Problem extends { readonly rule: string; readonly line: number },
>(
	text: string,
	problems: readonly Problem[],
	rules: Readonly<Record<string, unknown>>,
	about: (bad: BadSilence) => Problem,
): readonly Problem[] {
	if (!SILENCE_WORD.test(text)) return problems;
	const lines = text.split("\n");
	const silences: (Span & { readonly rules: readonly string[] })[] = [];
	const bad: Problem[] = [];
	let isTop = true;
	for (const [i, line] of lines.entries()) {
		const isComment = /^\s*#/.test(line);
		if (!isComment && line.trim() !== "" && line.trim() !== "---")
			isTop = false;
		const [, said] = SILENCE.exec(line) ?? [];
		if (said === undefined) continue;
		const [, names = "", reason = ""] = SAID.exec(said) ?? [];
		const named = names.split(/[\s,]+/).filter(Boolean);
		const unknown = named.filter((each) => !Object.hasOwn(rules, each));
		const isGood =
			named.length > 0 &&
			unknown.length === 0 &&
			reason.length >= SHORTEST_REASON;
		if (!isGood) {
			const place = { line: i + 1, text: line.trim() };
			bad.push(about({ ...place, said, rules: named, unknown }));
			continue;
		}
		const file = { from: 1, to: lines.length };
		const block = isTop ? file : below(lines, i);
		const span = isComment ? block : { from: i + 1, to: i + 1 };
		silences.push({ rules: named, ...span });
	}
	const isSilent = ({ rule, line }: Problem) =>
		silences.some(
			({ rules, from, to }) =>
				rules.includes(rule) && from <= line && line <= to,
		);
	return [...problems.filter((each) => !isSilent(each)), ...bad];
}

/** The next line that is no comment, and all that is indented deeper right below it. */
function below(lines: readonly string[], comment: number): Span {
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
