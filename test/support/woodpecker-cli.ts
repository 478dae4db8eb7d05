import { accessSync, constants, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Finished, runProgram } from "./run-program";

/** Path of woodpecker-cli 3.17: WOODPECKER_CLI, else of the PATH. No registry that a plain machine reaches has it. */
export const WOODPECKER_CLI =
	process.env.WOODPECKER_CLI ||
	(process.env.PATH ?? "")
		.split(delimiter)
		.map((folder) => join(folder, "woodpecker-cli"))
		.find((path) => {
			try {
				accessSync(path, constants.X_OK);
				return true;
			} catch {
				return false;
			}
		});

/** What tests say that cannot run without it. */
export const NEEDS_CLI = "woodpecker-cli 3.17 on the PATH or in WOODPECKER_CLI";

/** Runs the CLI, which asks nobody for a newer one. */
export function woodpeckerCli(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
	if (!WOODPECKER_CLI) throw new Error(`missing: ${NEEDS_CLI}`);
	return runProgram(WOODPECKER_CLI, ["--disable-update-check", ...args], env);
}

/** A trigger, as `exec` takes it. */
export interface Run {
	readonly event: string;
	readonly branch?: string;
	readonly changed?: readonly string[];
	readonly message?: string;
	readonly sha?: string;
	readonly variables?: Readonly<Record<string, string>>;
	readonly secrets?: Readonly<Record<string, string>>;
}

/** Really runs a workflow file in a folder, its images being programs of this machine. */
export function execWorkflow(
	file: string,
	folder: string,
	{ event, branch, changed, message, sha, variables = {}, secrets = {} }: Run,
	env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
	const secretsFile = `${file}.secrets`;
	// JSON is YAML
	writeFileSync(secretsFile, JSON.stringify(secrets), { mode: 0o600 });
	return woodpeckerCli(
		[
			"exec",
			...["--backend-engine", "local", "--local", "--repo-path", folder],
			...["--pipeline-event", event, "--secrets-file", secretsFile],
			...["--repo", "viktor/infra", "--pipeline-number", "42"],
			...(branch ? ["--commit-branch", branch] : []),
			...[
				"--commit-ref",
				event === "tag" ? "refs/tags/v1" : `refs/heads/${branch}`,
			],
			...(message ? ["--commit-message", message] : []),
			...(changed ? ["--pipeline-changed-files", JSON.stringify(changed)] : []),
			...(sha ? ["--commit-sha", sha] : []),
			...Object.entries(variables).flatMap((pair) => ["--env", pair.join("=")]),
			file,
		],
		env,
	);
}
