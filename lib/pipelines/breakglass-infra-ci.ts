import type { Condition, Workflow } from "../woodpecker/workflow";
import { breakglassStep } from "./breakglass-step";
import { manualGuard } from "./manual-guard";
import { notified } from "./notified";
import type { Pipelines } from "./pipelines";

/** The tarball without a build: of the infra-ci that the workflows name. */
export function breakglassInfraCi(pipelines: Pipelines): Workflow {
	const { branch, infraCi } = pipelines;
	const when: readonly Condition[] = [
		{ event: "manual", branch, variables: manualGuard("breakglass-infra-ci") },
	];
	return notified(pipelines, {
		name: "breakglass-infra-ci",
		comment: "Start it with WORKFLOW=breakglass-infra-ci.",
		when,
		steps: [breakglassStep(pipelines, infraCi.tag)],
	});
}
