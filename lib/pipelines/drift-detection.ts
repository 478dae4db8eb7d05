import type { Condition, Workflow } from "../woodpecker/workflow";
import { notified } from "./notified";
import type { Pipelines } from "./pipelines";
import { terraformEnvironment } from "./terraform-environment";
import { tracked } from "./tracked";
import { WHOLE_HISTORY } from "./whole-history";

export const DRIFT_CRON = "drift-detection";

/** Plans every stack once a day and says which differ from the world. */
export function driftDetection(pipelines: Pipelines): Workflow {
	const { branch, infraCiImage } = pipelines;
	const when: readonly Condition[] = [
		{ event: "cron", cron: [DRIFT_CRON], branch },
	];
	return notified(pipelines, {
		name: "drift-detection",
		comment:
			"An error is never clean: a stack that cannot be planned counts, is published and fails the run.",
		when,
		clone: WHOLE_HISTORY,
		steps: [
			tracked({
				name: "drift",
				image: infraCiImage,
				environment: terraformEnvironment(pipelines),
				commands: ["bash ci/drift-detection"],
			}),
		],
	});
}
