import { serverVariable } from "../woodpecker/substitution";
import type { Condition, Workflow } from "../woodpecker/workflow";
import { breakglassStep } from "./breakglass-step";
import { buildStep } from "./build-step";
import { manualGuard } from "./manual-guard";
import { notified } from "./notified";
import type { Pipelines } from "./pipelines";
import { verifyStep } from "./verify-step";

/** Builds infra-ci, the image that most other steps run in, and proves that it is whole before anybody pulls it. */
export function buildCiImage(pipelines: Pipelines): Workflow {
	const { branch, infraCi } = pipelines;
	const { targets, breakglass = true } = infraCi;
	const tag = serverVariable("CI_COMMIT_SHA", 8);
	const when: readonly Condition[] = [
		{ event: "push", branch, path: ["ci/Dockerfile"] },
		{ event: "manual", branch, variables: manualGuard("build-ci-image", true) },
	];
	const workflow: Workflow = {
		name: "build-ci-image",
		comment: [
			"The path filter stands beside push alone: it is true on every other event, so beside manual it would narrow",
			"nothing. A bare manual run is this workflow, every other manual workflow wants its variable; its secrets are",
			"allowed on manual, which is where all manual runs used to fail. No step needs infra-ci but the tarball's and the last.",
		].join("\n"),
		when,
		steps: [
			buildStep(targets, {
				dockerfile: "ci/Dockerfile",
				context: "ci",
				tags: ["latest", tag],
			}),
			{
				...verifyStep(targets, tag),
				comment: [
					"By the commit's tag, byte for byte, with credentials: an answer to HEAD says nothing about the bytes, and an",
					"index is whole only if its children, their configs and their layers are.",
				].join("\n"),
			},
			...(breakglass
				? [
						{
							...breakglassStep(pipelines, tag),
							comment:
								"Only what was verified becomes a tarball. It runs in the build before this one.",
						},
					]
				: []),
		],
	};
	return notified(pipelines, workflow, pipelines.notify ?? "always");
}
