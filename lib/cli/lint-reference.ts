import { HOST_RULES } from "../registry-host/lint/host-rules";
import { WORKFLOW_RULES } from "../woodpecker/problem";
import { LINT_OPERANDS, LINT_SUMMARY } from "./lint-command";
import { markdownTable } from "./markdown-table";

/** What `lint` does and every rule of it, as a section of the reference. */
export function renderLintReference(): string {
	return `### lint

\`npx cdktf-registry-guard lint ${LINT_OPERANDS}\`: ${LINT_SUMMARY}. Not in \`guard.mjs\`.

What a file is follows from what it says. Files that are named together are one set: a port of the compose file is looked for in the nginx configuration, the version of a registry's
configuration in the compose file. A folder stands for all that is in it but programs and pages; the workflows of one folder are a set too. What an nginx configuration includes is looked at in its place, where it is among the files or below the configuration's
folder (an absolute path is the server's: \`/etc/nginx/conf.d/*.conf\` is \`conf.d/*.conf\` there); otherwise \`include-not-followed\` says so. Exit codes: 2 usage; else 1 errors; else 0,
with warnings too.

Compose files are read as Compose reads them: what they \`include\` and \`extends\` name, env files, variables (of \`.env\`, never of the environment), the text of a config that is mounted. A file is looked at over another one of its folder
where its name says so (\`docker-compose.override.yml\`), or where it says more about a service of that one and not what that runs; several of them each by itself over it. The override of a file that Compose finds by itself
(\`docker-compose.yml\`, \`compose.yaml\`) is looked for beside it.

A comment silences a rule, by its name and with a reason: \`# lint-ignore RULE: why\`. Behind something it silences that line; on a line of its own the next one, with all that is indented below it; on top
of a file the whole file (of a workflow the next line only). \`# registry-guard: ignore RULE because why\` does the same in files of the host.

\`--json\`: \`{schema: 1, version, command: "lint", errors, warnings, files: [{file, kind}], problems: [{rule, severity: "error"|"warning", file, line, reason, fix, why, proof}]}\`.

Compose, nginx, registry configuration, crontab, netplan, resolved, systemd units, scripts:

${markdownTable(
	["rule", "why", "shown in"],
	Object.entries(HOST_RULES).map(([rule, { why, proof }]) => [
		`\`${rule}\``,
		why,
		`\`${proof}\``,
	]),
)}

Woodpecker workflows:

${markdownTable(
	["rule", "why"],
	Object.entries(WORKFLOW_RULES).map(([rule, why]) => [`\`${rule}\``, why]),
)}
`;
}
