import type { Workflow } from "../woodpecker/workflow";
import type { Pipelines } from "./pipelines";
import { terraformEnvironment } from "./terraform-environment";
import { WHOLE_HISTORY } from "./whole-history";

/** Plans what a pull request changes; applies nothing. */
export function defaultPlan(pipelines: Pipelines): Workflow {
	const { branch, infraCiImage } = pipelines;
	return {
		name: "default-plan",
		comment: [
			"No secret of Woodpecker's: what a pull request's author writes runs here, a fork's too. The pod's own token is in",
			"every step, so keep the repository's setting that a fork's pull request waits for approval.",
		].join("\n"),
		when: [{ event: "pull_request", branch }],
		// without it the clone has no origin/<branch> to find where the pull request left it (plugin-git >= 2.8)
		clone: { ...WHOLE_HISTORY, settings: { "fetch-target-branch": true } },
		steps: [
			{
				name: "plan",
				image: infraCiImage,
				environment: terraformEnvironment(pipelines),
				commands: ["bash ci/apply --plan"],
			},
		],
	};
}
