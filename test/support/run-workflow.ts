import { parse } from "yaml";
import { substitute } from "../../lib/woodpecker/substitution";
import { emittedStep, runStep } from "./emitted-step";
import { runProgram } from "./run-program";
import type { Run } from "./woodpecker-cli";

interface RawStep {
	readonly name: string;
	readonly image: string;
	readonly commands?: readonly string[];
	readonly settings?: Readonly<Record<string, unknown>>;
	readonly when?: readonly {
		readonly event: string;
		readonly status?: readonly string[];
	}[];
}

/**
 * Runs the steps of a workflow file one after the other, where there is no woodpecker-cli: the same programs, in the same
 * order, with the same environment, by the few rules that our workflows use. Whether the workflow starts is not asked.
 */
export async function runWorkflow(
	name: string,
	text: string,
	workspace: string,
	{ event, branch = "", sha = "", secrets = {} }: Run,
	env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
	const server: Readonly<Record<string, string>> = {
		CI_COMMIT_SHA: sha,
		CI_COMMIT_BRANCH: branch,
		CI_PIPELINE_NUMBER: "42",
		CI_REPO: "viktor/infra",
		CI_WORKFLOW_NAME: name,
	};
	const { steps } = parse(substitute(text, (each) => server[each])) as {
		steps: readonly RawStep[];
	};
	let status = "success";
	let output = "";
	for (const step of steps) {
		if (!runs(step, event, status)) continue;
		const around = { ...env, ...server, CI_PIPELINE_STATUS: status };
		const ran = step.commands
			? await runStep(
					emittedStep(text, step.name, server, secrets),
					workspace,
					around,
				)
			: await runProgram(step.image, [], {
					...around,
					...pluginEnvironment(step.settings ?? {}, secrets),
				});
		output += ran.stdout + ran.stderr;
		if (ran.code !== 0) status = "failure";
	}
	return { code: status === "success" ? 0 : 1, output };
}

function runs({ when }: RawStep, event: string, status: string): boolean {
	if (!when) return status === "success";
	return when.some(
		(item) =>
			item.event === event && (item.status ?? ["success"]).includes(status),
	);
}

/** Lists of plain values are joined by commas, everything deeper is JSON (settings/params.go, 3.17). */
function pluginEnvironment(
	settings: Readonly<Record<string, unknown>>,
	secrets: Readonly<Record<string, string>>,
): Record<string, string> {
	const filled = JSON.parse(JSON.stringify(settings), (_key, value) =>
		typeof value?.from_secret === "string" ? secrets[value.from_secret] : value,
	) as Record<string, unknown>;
	return Object.fromEntries(
		Object.entries(filled).map(([key, value]) => [
			`PLUGIN_${key.toUpperCase()}`,
			Array.isArray(value) && value.every((each) => typeof each !== "object")
				? value.join(",")
				: typeof value === "object"
					? JSON.stringify(value)
					: String(value),
		]),
	);
}
