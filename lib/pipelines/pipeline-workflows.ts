import { assertWorkflow } from "../woodpecker/assert-workflow";
import type { Workflow } from "../woodpecker/workflow";
import { appTemplate } from "./app-template";
import { breakglassInfraCi } from "./breakglass-infra-ci";
import { buildCiImage } from "./build-ci-image";
import { buildCli } from "./build-cli";
import { defaultWorkflow } from "./default";
import { defaultPlan } from "./default-plan";
import { driftDetection } from "./drift-detection";
import type { Pipelines, PipelinesProps } from "./pipelines";
import { pveNfsExportsSync } from "./pve-nfs-exports-sync";
import { registryConfigSync } from "./registry-config-sync";
import { resolvePipelines } from "./resolve-pipelines";

const WORKFLOWS = [
	buildCiImage,
	breakglassInfraCi,
	buildCli,
	registryConfigSync,
	pveNfsExportsSync,
	defaultWorkflow,
	defaultPlan,
	driftDetection,
];

/** The workflows of an installation, as data. */
export interface PipelineWorkflows {
	readonly pipelines: Pipelines;
	/** Of the infra repository. */
	readonly workflows: readonly Workflow[];
	/** Of a user's app. */
	readonly app: Workflow;
}

/**
 * Every workflow by itself, nothing rendered yet: cheap enough for each synth.
 *
 * @throws Error with every mistake of the settings, or of the workflows that follow from them, one a line.
 */
export function pipelineWorkflows(props: PipelinesProps): PipelineWorkflows {
	const pipelines = resolvePipelines(props);
	const workflows = WORKFLOWS.map((make) => make(pipelines));
	const app = appTemplate(pipelines);
	for (const workflow of [...workflows, app]) assertWorkflow(workflow);
	return { pipelines, workflows, app };
}
