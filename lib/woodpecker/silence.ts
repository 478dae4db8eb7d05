import { withoutSilenced } from "../silences";
import { type Problem, WORKFLOW_RULES } from "./problem";

/** The problems that comments of the file leave, and those of the comments themselves: see `withoutSilenced`. */
export function silence(
	file: string,
	text: string,
	problems: readonly Problem[],
): readonly Problem[] {
	return withoutSilenced(text, problems, WORKFLOW_RULES, (bad) => ({
		rule: "silence-without-reason",
		severity: "error",
		file,
		line: bad.line,
		reason: `got ${bad.text}`,
		fix: "wanted `# lint-ignore RULE: why`, with the name of a rule",
	}));
}
