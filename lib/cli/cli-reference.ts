import {
	BUNDLE_MATCHES,
	COMMANDS,
	type Command,
	DRIFT_JOB,
	DRIFT_METRICS,
	EXIT,
	GC_METRICS,
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
	SCAN_METRICS,
} from "../guard/contract";
import { OPERANDS } from "../guard/help";
import { ANSWERS, CAUSES } from "../guard/scan/diagnosis";
import { renderLintReference } from "./lint-reference";
import { markdownTable as table } from "./markdown-table";

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

${renderLintReference()}
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

The first line that applies wins. \`drift\`: ${EXIT.couldNotLook} (a root could not be planned, or the push failed) comes before ${EXIT.findings} (a root differs; with \`--locks\`: a
lock is held, or was left behind). \`changed\`: ${EXIT.couldNotLook} where git cannot say, for one because the base is not in the clone. \`apply\`: ${EXIT.couldNotLook} where a root failed, or was
skipped because one that it depends on did. \`forget\` of an instance that is not there is 0: it is forgotten already.

## Signals

SIGTERM and SIGINT end the walk; what it has covered is published as \`partial\` with the reason \`deadline\`. The second one ends the process.

## Report

\`--json\` and \`--report FILE\` of \`probe\`, \`verify\` and \`scan\`: [report.schema.json](report.schema.json).

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
\`drift --json\`: \`{schema: 1, version, command, started, durationSeconds, pushed, stacks: [{stack, path, state: "clean"|"differs"|"error", causes, changes: [{address,
action, causes}], reason, lock, firstSeen, ageHours}]}\`; with \`--locks\` \`{schema: 1, version, command, locks: [{stack, path, state: "free"|"held"|"left"|"error", lock: {id, who,
operation, created}|null, reason, unlock}]}\`. \`changed --json\`: \`{schema: 1, version, command, base, roots: [{path, stack, base, because, after}]}\`, in the order to apply them
in. \`apply --json\`: \`{schema: 1, version, command, base, head, roots: [{path, stack, outcome: "applied"|"planned"|"empty"|"failed"|"skipped", changes, reason}]}\`.

## Disk scan

\`BASE\` (default \`/opt/registry/data\`) is a store, a folder with \`docker/registry/v2\` below it, or a parent of stores; \`_breakglass\` and \`lost+found\` are skipped. Every tag is followed
as the registry follows it: first the repository's link, then the file. Manifests and configs up to 64 KiB are hashed, other blobs held against their sizes; with \`--full\` they are hashed too. A
store is a pull-through cache with \`--cache\`, or where \`config-<store>.yml\` (or a \`config.yml\` that names its path) in the folder above it or one further up has \`proxy.remoteurl\`, or where it holds
\`scheduler-state.json\`: there nothing that is absent is a finding. Symlinks below \`BASE\` are told and never followed. What changes meanwhile is looked at twice. Nothing is deleted but layer links whose blob is gone, with \`--fix-layer-links\`, and none where no blob at all is there.
More than 100 repositories are looked at by two threads where there are two processors, with \`--full\` always by one.

What could not be looked at: ${code("auth")} (no permission), ${code("protocol")} (a symlink, a name that is no UTF-8), ${code("server-error")} (the disk failed, a file in place of a folder), ${code("wrong-backend")} (no store there),
${code("catalog-shrunk")} (a store without any repository, not a cache), ${code("deadline")} (SIGTERM). An index whose children are bad is logged with the words \`ORPHAN INDEX\`.
Findings have the field \`store\`. In their commands \`$REGISTRY\` is the registry's \`host[:port]\` and \`$COPY\` any place that still holds the image; \`relink\` means that all bytes are
there, and its commands write the lost links. \`untagged\` and \`orphanLayerLinks\` (at most 1000 each a store) are for information.

\`--http-report FILE\` takes what \`guard probe --report FILE\` wrote about the same registry and adds \`diagnoses\`, a row for each node that one of the two calls bad:

${table(
	["field", "value", "means"],
	[
		...Object.entries(CAUSES).map(([value, text]) => [
			code("cause"),
			code(value),
			text,
		]),
		...Object.entries(ANSWERS).map(([value, text]) => [
			code("answer"),
			code(value),
			text,
		]),
	],
)}

\`--textfile FILE\` is for node_exporter's textfile folder. A scan that was not complete never lowers \`${SCAN_METRICS.findings.name}\`, and does not say that it has run where it saw nothing at all.

${table(["name", "labels", "meaning"], Object.values(SCAN_METRICS).map(metricRow))}

## Roots

A root is a folder with a \`cdk.tf.json\` (what \`cdktf synth\` writes), with a \`terragrunt.hcl\`, or with \`*.tf\` files. \`ROOTS\` are roots, parent folders of roots, \`cdktf.out\`, or globs
(\`'stacks/*'\`). The stack's name is that of its folder; where two have one name, their paths. Every root is initialised and planned in its own folder, at most
\`--parallel\` together, with one plugin cache (\`TF_PLUGIN_CACHE_DIR\`, default \`~/.terraform.d/plugin-cache\`); an \`init\` that may write into the cache runs alone. Terraform waits
5 minutes for a lock. Plans are kept in a folder that only the user reads and removed at once; reports hold addresses and actions, never values.

\`drift\`: a change is \`drift\` where Terraform found the resource not as its state has it, \`unapplied\` where the code is not as the state has it; both can be. The age of
a difference is kept in the Pushgateway alone: where it cannot be read back, nothing is published (a push would begin every age anew), the exit code is ${EXIT.couldNotLook}, and the
alert on a stale run fires if that lasts. One job is one set of roots: a run over a part of them needs a \`--job\` of its own.

\`changed\`: a hand-written root changed if a file differs from its last applied commit (\`--applied\`, else \`--base\`), committed or not, in its folder or among what that
names outside of it: local modules, \`file()\` and the like, links, var files, Terragrunt's includes; or in \`modules/\`, \`config.tfvars\`, \`terragrunt.hcl\` of a folder above. A path
put together at run time counts as the folder that its written part names; one without any is not seen. A synthesized stack changed if its output differs from the digest that was kept when it was
applied; without one, from what the base has of it; else it counts as changed. A root comes after those whose state it reads (\`terraform_remote_state\`), that Terragrunt names, or
that cdktf's manifest does; a cycle is exit ${EXIT.usage}.

\`apply\` plans and applies each changed root after those it depends on and keeps in \`--applied\` what it has done, at once: \`{schema: 1, stacks: {<stack>: {commit, digest?, pending?}}}\`. A root that fails keeps its
last applied commit, so that the next run finds it again; one whose apply was begun and did not end well, or came of no commit, is \`pending\` and counts as changed until it did. With \`--plan\` nothing is applied and nothing kept.

## Metrics

Gauges, in the Pushgateway group \`/metrics/job/<job>/instance/<instance>[/shard/<i>]\`. A complete run replaces the group (PUT); a partial
one never lowers a failure family and never sends a success; a blind one says only that it is blind (both POST).

${table(["name", "labels", "meaning"], Object.values(METRICS).map(metricRow))}

On the VM, in node_exporter's textfile folder, beside those of the scan: what a collection did, and whether the files are as rendered.

${table(["name", "labels", "meaning"], [...Object.values(GC_METRICS), BUNDLE_MATCHES].map(metricRow))}

\`drift\` publishes to the group \`/metrics/job/${DRIFT_JOB}\` (PUT):

${table(["name", "labels", "meaning"], Object.values(DRIFT_METRICS).map(metricRow))}
`;
}
