import { lintFolder } from "../woodpecker/lint-folder";
import { renderWorkflow } from "../woodpecker/render";
import { parseStranger } from "../woodpecker/stranger";
import type { Workflow } from "../woodpecker/workflow";
import { pipelineWorkflows } from "./pipeline-workflows";
import type { PipelinesProps } from "./pipelines";
import { renderPipelinesPage } from "./pipelines-page";

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
	const { pipelines, workflows, app } = pipelineWorkflows(props);
	const files = Object.fromEntries(
		workflows.map((workflow) => [
			`${workflow.name}.yml`,
			rendered(workflow, workflow.name),
		]),
	);
	const folder = lintFolder(files, {
		secrets: pipelines.secrets,
		crons: pipelines.crons.map(({ name }) => name),
		strangers: pipelines.strangers.map(parseStranger),
	});
	const errors = folder.problems.filter(({ severity }) => severity === "error");
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
		appTemplate: rendered(app, "app-template"),
		page: renderPipelinesPage(pipelines, folder.workflows),
	};
}

function rendered(workflow: Workflow, source: string): string {
	return renderWorkflow(
		workflow,
		`lib/pipelines/${source}.ts or the pipelines of stacks/settings.ts`,
	);
}
