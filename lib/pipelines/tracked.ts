import type { CommandsStep } from "../woodpecker/workflow";

/** Woodpecker tells a step that one before it failed, and not which: the one whose name is left in this file. */
const STEP_FILE = ".ci-step";

/** The step, noting in the workspace that it has begun and that it is done; `ci/notify` reads it. */
export function tracked(step: CommandsStep): CommandsStep {
	return {
		...step,
		commands: [
			`echo ${step.name} >${STEP_FILE}`,
			...step.commands,
			`: >${STEP_FILE}`,
		],
	};
}
