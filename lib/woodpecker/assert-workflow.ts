import { isSecretReference, type Secret } from "./secret";
import type { Step, Value, Workflow } from "./workflow";

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
/** Exact version or digest; the same rule as for every image of the project, without knowing its pins. */
const PINNED = /(:v?\d+\.\d+[\w.+-]*|:[0-9a-f]{8}|@sha256:[0-9a-f]{64})$/;

/**
 * What the types cannot say about a workflow.
 *
 * @throws Error with every mistake, each with its place, what it got and what was wanted.
 */
export function assertWorkflow(workflow: Workflow): void {
	const mistakes: string[] = [];
	const must = (holds: boolean, place: string, wanted: string) => {
		if (!holds) mistakes.push(`${workflow.name}.${place}, wanted ${wanted}`);
	};
	must(
		NAME.test(workflow.name),
		"name",
		"lower-case letters, digits and dashes",
	);
	must(
		workflow.when.length > 0,
		"when: got none",
		"at least one condition with its event",
	);
	must(workflow.steps.length > 0, "steps: got none", "at least one");

	const names = new Set<string>();
	for (const step of [...workflow.steps, ...(workflow.services ?? [])]) {
		must(
			!names.has(step.name),
			`steps.${step.name}: got it twice`,
			"names that differ",
		);
		must(
			PINNED.test(step.image),
			`steps.${step.name}.image: got ${step.image}`,
			"an exact version or a digest",
		);
		names.add(step.name);
	}
	if (workflow.clone) {
		must(
			PINNED.test(workflow.clone.image),
			`clone.image: got ${workflow.clone.image}`,
			"an exact version or a digest",
		);
	}
	for (const step of workflow.steps) assertStep(workflow, step, must);
	if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
}

function assertStep(
	workflow: Workflow,
	step: Step,
	must: (holds: boolean, place: string, wanted: string) => void,
): void {
	const place = `steps.${step.name}`;
	const steps = new Set(workflow.steps.map((each) => each.name));
	for (const dependency of step.dependsOn ?? []) {
		must(
			steps.has(dependency) && dependency !== step.name,
			`${place}.dependsOn: got ${dependency}`,
			`one of ${[...steps].join(", ")}`,
		);
	}
	if (step.commands)
		must(
			step.commands.length > 0,
			`${place}.commands: got none`,
			"at least one",
		);
	for (const secret of secretsOf(step)) {
		for (const { event } of workflow.when) {
			must(
				secret.events.includes(event),
				`${place}: secret ${secret.name} on ${event}`,
				`only ${secret.events.join(", ")}: Woodpecker fails the pipeline before it looks at conditions`,
			);
		}
		const image = step.image.replace(/(@.*|:[^/:]*)$/, "");
		must(
			secret.images === undefined || secret.images.includes(image),
			`${place}: secret ${secret.name} in ${image}`,
			`only ${secret.images?.join(", ")}`,
		);
	}
}

/** Every secret that a step is given. */
export function secretsOf(step: Step): readonly Secret[] {
	const found: Secret[] = [];
	const look = (value: Value | undefined): void => {
		if (isSecretReference(value)) found.push(value.fromSecret);
		else if (Array.isArray(value)) value.forEach(look);
		else if (typeof value === "object") Object.values(value).forEach(look);
	};
	look(step.settings);
	look(step.environment);
	return found;
}
