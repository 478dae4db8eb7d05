import { type BadSilence, withoutSilenced } from "../../silences";
import { HOST_RULES, type HostProblem } from "./host-rules";

/** The problems that comments of the file leave, and those of the comments themselves: see `withoutSilenced`. */
export function withSilences(
	file: string,
	text: string,
	problems: readonly HostProblem[],
): readonly HostProblem[] {
	return withoutSilenced(text, problems, HOST_RULES, (bad) =>
		mistake(file, bad),
	);
}

function mistake(
	file: string,
	{ line, rules, unknown, said }: BadSilence,
): HostProblem {
	const [first] = unknown;
	return {
		rule: "silence-without-reason",
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
				: "write: # lint-ignore RULE: why",
	};
}
