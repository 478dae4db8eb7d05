import { parseArgs } from "node:util";
import { EXIT, type ExitCode, TEXT_FINDING_LIMIT } from "../guard/contract";
import { printable, printableJson } from "../guard/printable";
import { type LintProblem, type LintResult, lintFiles } from "./lint-files";

/** What the command line of `lint` says. */
export interface LintCommand {
	readonly operands: readonly string[];
	readonly json: boolean;
	readonly help: boolean;
	/** One a line; empty where there are none. */
	readonly mistakes: readonly string[];
}

/** What it does, in a line, as help and reference say it. */
export const LINT_SUMMARY =
	"named rules over hand-written compose, nginx and registry configuration, crontabs, units, DNS files and Woodpecker workflows";
export const LINT_OPERANDS = "FILE...|FOLDER...";

const HELP = `usage: cdktf-registry-guard lint ${LINT_OPERANDS} [--json]

${LINT_SUMMARY}

Files that are named together are one set: a port of the compose file is looked for in the nginx configuration, the
version of a registry's configuration in the compose file. A folder stands for all that is in it; the workflows of a
folder are looked at together. What a file is follows from what it says. What an nginx configuration includes is looked
at in its place, where it is among the files or below the configuration's folder; so is what a compose file includes or
extends, and its env files. An override (docker-compose.override.yml) is looked at over what it changes.

  --json    the result as JSON

A comment silences a rule, with a reason: # lint-ignore RULE: why. Behind something it silences its line, on a line of
its own the next line with all that is indented below it, on top of a file the file (of a workflow: the next line).

exit: 2 usage; else 1 errors; else 0, warnings too
`;

/** Arguments behind the word `lint`. */
export function parseLintCommand(argv: readonly string[]): LintCommand {
	const { tokens } = parseArgs({
		args: [...argv],
		options: {
			json: { type: "boolean" },
			help: { type: "boolean", short: "h" },
		},
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	const operands: string[] = [];
	const mistakes: string[] = [];
	const given = new Set<string>();
	for (const token of tokens) {
		if (token.kind === "positional") operands.push(token.value);
		if (token.kind !== "option") continue;
		if (
			(token.name === "json" || token.name === "help") &&
			token.value === undefined
		)
			given.add(token.name);
		else
			mistakes.push(
				`${token.rawName}: got ${token.value ?? "it"}, wanted --json or --help`,
			);
	}
	const help = given.has("help");
	if (operands.length === 0 && !help && mistakes.length === 0)
		mistakes.push("lint: got no file, wanted files or folders");
	return { operands, json: given.has("json"), help, mistakes };
}

/** What the command prints to, and the version that it says. */
export interface LintIo {
	readonly version: string;
	out(text: string): void;
	log(line: string): void;
}

/** Runs `lint` with the arguments behind that word. */
export function runLint(argv: readonly string[], io: LintIo): ExitCode {
	const command = parseLintCommand(argv);
	if (command.help) {
		io.out(HELP);
		return EXIT.clean;
	}
	if (command.mistakes.length > 0) {
		for (const each of command.mistakes) io.log(printable(each));
		return EXIT.usage;
	}
	const result = lintFiles(command.operands);
	const errors = result.problems.filter(({ severity }) => severity === "error");
	io.out(
		command.json
			? printableJson({
					schema: 1,
					version: io.version,
					command: "lint",
					errors: errors.length,
					warnings: result.problems.length - errors.length,
					...result,
				})
			: renderText(result, errors.length),
	);
	return errors.length > 0 ? EXIT.findings : EXIT.clean;
}

function renderText({ files, problems }: LintResult, errors: number): string {
	const shown = problems.slice(0, TEXT_FINDING_LIMIT);
	const lines = shown.flatMap(({ file, line, severity, rule, reason, fix }) => [
		printable(`${file}:${line}: ${severity}: ${rule}: ${reason}`),
		printable(`    ${fix}`),
	]);
	if (problems.length > shown.length)
		lines.push(`and ${problems.length - shown.length} more`);
	const rules = new Map<string, LintProblem>(
		problems.map((each) => [each.rule, each]),
	);
	if (rules.size > 0) lines.push("");
	for (const [rule, { why, proof }] of rules)
		lines.push(`${rule}: ${why} (${proof})`);
	if (lines.length > 0) lines.push("");
	lines.push(
		`${files.length} files, ${errors} errors, ${problems.length - errors} warnings`,
	);
	return `${lines.join("\n")}\n`;
}
