import { lintFolder } from "../woodpecker/lint-folder";
import { renderWorkflow } from "../woodpecker/render";
import { parseStranger } from "../woodpecker/stranger";
import type { Workflow } from "../woodpecker/workflow";
import { appTemplate } from "./app-template";
import { breakglassInfraCi } from "./breakglass-infra-ci";
import { buildCiImage } from "./build-ci-image";
import { buildCli } from "./build-cli";
import { defaultWorkflow } from "./default";
import { defaultPlan } from "./default-plan";
import { driftDetection } from "./drift-detection";
import type { PipelinesProps } from "./pipelines";
import { renderPipelinesPage } from "./pipelines-page";
import { pveNfsExportsSync } from "./pve-nfs-exports-sync";
import { registryConfigSync } from "./registry-config-sync";
import { resolvePipelines } from "./resolve-pipelines";

/** All of the infra repository; the app template lies elsewhere. */
export const WORKFLOWS = [
	buildCiImage,
	breakglassInfraCi,
	buildCli,
	registryConfigSync,
	pveNfsExportsSync,
	defaultWorkflow,
	defaultPlan,
	driftDetection,
];

/** The files of an installation's pipelines. */
export interface WorkflowFiles {
	/** Of the infra repository's `.woodpecker/`: text by file name. */
	readonly files: Readonly<Record<string, string>>;
	/** `.woodpecker.yml` of a user's app. */
	readonly appTemplate: string;
	/** For people: what starts on what, secrets and crons. */
	readonly page: string;
}

/**
 * Renders every workflow and holds the folder to the rules about all of them together.
 *
 * @throws Error for settings that are wrong, and for every rule that the folder breaks.
 */
export function workflowFiles(props: PipelinesProps): WorkflowFiles {
	const pipelines = resolvePipelines(props);
	const files = Object.fromEntries(
		WORKFLOWS.map((make) => make(pipelines)).map((workflow) => [
			`${workflow.name}.yml`,
			rendered(workflow),
		]),
	);
	const { workflows, problems } = lintFolder(files, {
		secrets: pipelines.secrets,
		crons: pipelines.crons.map(({ name }) => name),
		strangers: pipelines.strangers.map(parseStranger),
	});
	const errors = problems.filter(({ severity }) => severity === "error");
	if (errors.length > 0)
		throw new Error(
			errors
				.map(
					({ file, line, rule, reason, fix }) =>
						`${file}:${line}: ${rule}: ${reason}, ${fix}`,
				)
				.join("\n"),
		);
	return {
		files,
		appTemplate: rendered(appTemplate(pipelines)),
		page: renderPipelinesPage(pipelines, workflows),
	};
}

function rendered(workflow: Workflow): string {
	const file = workflow.name === "app" ? "app-template" : workflow.name;
	return renderWorkflow(
		workflow,
		`lib/pipelines/${file}.ts or the pipelines of stacks/settings.ts`,
	);
}
