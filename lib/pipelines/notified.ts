import { fromSecret } from "../woodpecker/secret";
import type {
	CommandsStep,
	Step,
	StepCondition,
	Workflow,
} from "../woodpecker/workflow";
import type { NotifyPolicy, Pipelines } from "./pipelines";
import { REPORT_FILE } from "./terraform-environment";

/**
 * The workflow with a last step that says how it ended, as the policy has it. The script decides about `change`, which
 * needs the run before, and knows the failing step by what the others noted; a plugin notes nothing.
 */
export function notified(
	{ slackWebhook, notify: wanted, infraCiImage }: Pipelines,
	workflow: Workflow,
	notify: NotifyPolicy = wanted ?? "failure",
): Workflow {
	const events = [...new Set(workflow.when.map(({ event }) => event))];
	const plugin = workflow.steps.find(isPlugin);
	const step: CommandsStep = {
		name: "notify",
		image: infraCiImage,
		when: events.map((event) => ({
			event,
			status: notify === "failure" ? ["failure"] : ["success", "failure"],
		})) as readonly StepCondition[],
		environment: {
			NOTIFY_POLICY: notify,
			SLACK_WEBHOOK: fromSecret(slackWebhook),
			...(plugin && { QUIET_STEP: plugin.name }),
		},
		commands: [
			`: >>${REPORT_FILE}`,
			`bash ci/notify ${workflow.name} ${REPORT_FILE}`,
		],
	};
	return { ...workflow, steps: [...workflow.steps, step] };
}

function isPlugin(step: Step): boolean {
	return step.commands === undefined;
}
