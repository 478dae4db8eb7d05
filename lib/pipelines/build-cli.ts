import { serverVariable } from "../woodpecker/substitution";
import type { Condition, Workflow } from "../woodpecker/workflow";
import { buildStep } from "./build-step";
import { notified } from "./notified";
import type { Pipelines } from "./pipelines";
import { verifyStep } from "./verify-step";

/** Builds the infra repository's own command line on every push. */
export function buildCli(pipelines: Pipelines): Workflow {
	const { targets } = pipelines.cli;
	const tag = serverVariable("CI_COMMIT_SHA", 8);
	const when: readonly Condition[] = [{ event: "push" }];
	return notified(pipelines, {
		name: "build-cli",
		comment: [
			"auto_tag makes tags on the default branch only; the commit's tag is there on every push, so that there always is",
			"something to verify.",
		].join("\n"),
		when,
		steps: [
			buildStep(targets, {
				dockerfile: "cli/Dockerfile",
				context: "cli",
				auto_tag: true,
				tags: [tag],
			}),
			verifyStep(targets, tag),
		],
	});
}
