import type { Condition, Workflow } from "../woodpecker/workflow";
import { notified } from "./notified";
import type { Pipelines } from "./pipelines";
import { terraformEnvironment } from "./terraform-environment";
import { tracked } from "./tracked";
import { WHOLE_HISTORY } from "./whole-history";

/** Applies what changed since the last successful apply. */
export function defaultWorkflow(pipelines: Pipelines): Workflow {
	const { branch, infraCiImage } = pipelines;
	const when: readonly Condition[] = [{ event: "push", branch }];
	return notified(pipelines, {
		name: "default",
		comment: [
			"Pull requests are planned by default-plan, a file of its own: secrets are allowed per event of a workflow, and this",
			"one's are not for pull requests. The whole history is cloned, because the last commit that was applied may be many",
			"pushes ago ([ci skip], a failed apply) and only the clone step has credentials to fetch it.",
		].join("\n"),
		when,
		clone: WHOLE_HISTORY,
		concurrency: { limit: 1 },
		steps: [
			tracked({
				name: "apply",
				image: infraCiImage,
				comment: [
					"Ends with the worst of all stacks: a failed one fails the run and stops only what depends on it. Locks are the",
					"state backend's own, so a killed run leaves none that nobody can see.",
				].join("\n"),
				environment: terraformEnvironment(pipelines),
				commands: ["bash ci/apply"],
			}),
		],
	});
}
