import { type Problem, WORKFLOW_RULES } from "./problem";

/** `# lint-ignore RULE: why`, on the line itself or on one of the comment lines above it. */
const IGNORE = /#\s*lint-ignore\b:?\s*([\w-]*)\s*:?\s*(.*)$/;
const SHORTEST_REASON = 10;

/** The problems that are left: a rule is silenced at one place, by its name and with a written reason. */
export function silence(
	file: string,
	text: string,
	problems: readonly Problem[],
): Problem[] {
	const lines = text.split("\n");
	const bad: Problem[] = [];
	const silenced = new Map<number, Set<string>>();
	for (const [i, line] of lines.entries()) {
		const found = IGNORE.exec(line);
		if (!found) continue;
		const [, rule = "", reason = ""] = found;
		if (
			!Object.hasOwn(WORKFLOW_RULES, rule) ||
			reason.length < SHORTEST_REASON
		) {
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
		let at = i;
		while (/^\s*#/.test(lines[at] ?? "")) at++;
		const rules = silenced.get(at + 1) ?? new Set();
		silenced.set(at + 1, rules.add(rule));
	}
	return [
		...problems.filter(({ rule, line }) => !silenced.get(line)?.has(rule)),
		...bad,
	];
}
