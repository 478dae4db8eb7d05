import {
	COMMANDS,
	type Command,
	EXIT,
	INCONCLUSIVE_REASONS,
	KINDS,
	KUBERNETES_ENV,
	METRICS,
	type Metric,
	OPTIONS,
	type Option,
	OUTCOMES,
	PARTIAL_REASONS,
	REASONS,
	REPAIR_ACTIONS,
} from "../guard/contract";
import { OPERANDS } from "../guard/help";

function table(
	head: readonly string[],
	rows: readonly (readonly string[])[],
): string {
	const line = (cells: readonly string[]) =>
		`| ${cells.map((each) => each.replaceAll("|", "\\|")).join(" | ")} |`;
	return [line(head), line(head.map(() => "---")), ...rows.map(line)].join(
		"\n",
	);
}

const code = (text: string | undefined) => (text ? `\`${text}\`` : "-");
const codes = (texts: readonly string[]) => texts.map(code).join(", ");

function optionRow(option: Option): string[] {
	const { flag, env, value, commands, repeatable, help } = option;
	const typed = flag && `--${flag}${value ? ` ${value}` : ""}`;
	return [
		`${code(typed)}${repeatable ? " (repeatable)" : ""}`,
		code(flag ? env : `${env}=${value}`),
		option.default ?? "-",
		commands.join(", "),
		help,
	];
}

function metricRow({ name, labels, help }: Metric): string[] {
	return [code(name), labels.length > 0 ? codes(labels) : "-", help];
}

/** The page of everything that others script against, from the contract alone (`docs/reference.md`). */
export function renderCliReference(): string {
	const commands = (Object.keys(COMMANDS) as Command[]).map((each) => [
		code(`guard ${each} ${OPERANDS[each]}`),
		COMMANDS[each],
	]);
	return `# Reference: commands, flags, variables, exit codes, metrics

Generated from the contract by \`npm run generate\`; do not edit.

\`guard\` is \`npx cdktf-registry-guard\`, or \`node guard.mjs\`.

## Commands

${table(["command", "does"], commands)}

\`REGISTRY\` is \`https://host[:port]\` (or \`host[:port]\`, which means https) and beats \`REGISTRY_URL\`, which beats \`REGISTRY_HOST\`.
\`REF\` is \`host[:port]/repository[:tag][@digest]\`: https, unless written \`http://host/...\` or on the host of an http \`REGISTRY_URL\`; on a
host of \`--pull-hosts\` it is read from the registry of \`REGISTRY_URL\`. \`guard --version\`, \`guard [COMMAND] --help\`.

## Flags and variables

Flags beat variables; a variable that is set to the empty string is not set. Durations: \`90s\`, \`10m\`, \`2h\`. Lists: commas.

${table(["flag", "variable", "default", "commands", "meaning"], Object.values(OPTIONS).map(optionRow))}

\`REG_USER\` and \`REG_PASS\` beat \`--auth-file\`. With \`--in-use kubernetes\` the guard also reads ${codes(KUBERNETES_ENV)} and the pod's service account.

## Exit codes

${table(
	["code", "when"],
	[
		[
			String(EXIT.usage),
			"mistakes in flags or variables, all of them listed; nothing was looked at",
		],
		[
			String(EXIT.couldNotLook),
			"a push to the Pushgateway failed, or a report could not be written",
		],
		[
			String(EXIT.findings),
			"else: there is a finding (not with `--exit-zero`)",
		],
		[
			String(EXIT.couldNotLook),
			"else: the run was not complete; `doctor`: something failed; `forget`: the Pushgateway failed",
		],
		[String(EXIT.clean), "else"],
	],
)}

The first line that applies wins. \`forget\` of an instance that is not there is 0: it is forgotten already.

## Signals

SIGTERM and SIGINT end the walk; what it has covered is published as \`partial\` with the reason \`deadline\`. The second one ends the process.

## Report

\`--json\` and \`--report FILE\` of \`probe\` and \`verify\`: [report.schema.json](report.schema.json).

${table(
	["field", "values"],
	[
		[code("outcome"), codes(OUTCOMES)],
		[code("findings[].kind"), codes(KINDS)],
		[`${code("findings[].reason")}, worst first`, codes(REASONS)],
		[code("findings[].repair.action"), codes(REPAIR_ACTIONS)],
		[code("inconclusive[].reason"), codes(INCONCLUSIVE_REASONS)],
		[
			"those that make a probe `partial` (any does for `verify`)",
			codes([...PARTIAL_REASONS]),
		],
	],
)}

\`doctor --json\`: \`{schema: 1, version, command, registry, instance, steps: [{step, status: "ok"|"failed"|"skipped", detail, next?}]}\`;
\`forget --json\`: \`{schema: 1, version, command, instance, job, dryRun, groups, deleted}\`, both lists of label sets.

## Metrics

Gauges, in the Pushgateway group \`/metrics/job/<job>/instance/<instance>[/shard/<i>]\`. A complete run replaces the group (PUT); a partial
one never lowers a failure family and never sends a success; a blind one says only that it is blind (both POST).

${table(["name", "labels", "meaning"], Object.values(METRICS).map(metricRow))}
`;
}
