import { parse } from "yaml";
import { substitute } from "../../lib/woodpecker/substitution";
import { type Finished, runProgram } from "./run-program";

interface RawStep {
	readonly name: string;
	readonly image: string;
	readonly commands?: readonly string[];
	readonly environment?: Readonly<
		Record<string, string | { readonly from_secret: string }>
	>;
}

/** A step of a workflow file, as the server and the agent make it. */
export interface EmittedStep {
	readonly commands: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
}

/**
 * @param server variables that the server substitutes.
 * @param secrets values by name. @throws Error for a secret that is not there, as the server fails the pipeline.
 */
export function emittedStep(
	file: string,
	name: string,
	server: Readonly<Record<string, string>>,
	secrets: Readonly<Record<string, string>>,
): EmittedStep {
	const { steps } = parse(substitute(file, (each) => server[each])) as {
		steps: RawStep[];
	};
	const step = steps.find((each) => each.name === name);
	if (!step) throw new Error(`step: got ${name}, wanted one of the file`);
	return {
		commands: step.commands ?? [],
		environment: Object.fromEntries(
			Object.entries(step.environment ?? {}).map(([key, value]) => {
				if (typeof value === "string") return [key, value];
				const secret = secrets[value.from_secret];
				if (secret === undefined)
					throw new Error(`secret ${value.from_secret} is not there`);
				return [key, secret];
			}),
		),
	};
}

/** Runs a step's commands as the agent does: one script under `sh -e`, in the workspace. */
export function runStep(
	{ commands, environment }: EmittedStep,
	workspace: string,
	env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
	const script = ['cd "$CI_WORKSPACE"', ...commands].join("\n");
	return runProgram("sh", ["-e", "-c", script], {
		...env,
		CI_WORKSPACE: workspace,
		...environment,
	});
}
