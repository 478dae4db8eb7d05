import { isPinned } from "../pins";
import { dependencyCycle } from "./dependency-cycle";
import { imageName } from "./lint-facts";
import { isSecretReference, type Secret } from "./secret";
import type { Dependency, Service, Step, Value, Workflow } from "./workflow";

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
type Must = (holds: boolean, place: string, wanted: string) => void;

/**
 * What the types cannot say about a workflow.
 *
 * @throws Error with every mistake, each with its place, what it got and what was wanted.
 */
export function assertWorkflow(workflow: Workflow): void {
	const { name, when, steps, services = [], clone, concurrency } = workflow;
	const mistakes: string[] = [];
	const must: Must = (holds, place, wanted) => {
		if (!holds) mistakes.push(`${name}.${place}, wanted ${wanted}`);
	};
	must(
		NAME.test(name),
		`name: got ${JSON.stringify(name)}`,
		"lower-case letters, digits and dashes",
	);
	must(
		when.length > 0,
		"when: got none",
		"at least one condition with its event",
	);
	must(steps.length > 0, "steps: got none", "at least one");
	must(
		concurrency === undefined || concurrency.limit >= 1,
		`concurrency.limit: got ${concurrency?.limit}`,
		"at least 1",
	);
	must(
		!JSON.stringify(workflow).includes("TfToken["),
		"*: got an unresolved Token",
		"a value that is known when the file is written",
	);

	const names = new Set<string>();
	for (const each of [...steps, ...services]) {
		must(
			NAME.test(each.name),
			`steps.${each.name}: got this name`,
			"lower-case letters, digits and dashes",
		);
		must(
			!names.has(each.name),
			`steps.${each.name}: got it twice`,
			"names that differ",
		);
		names.add(each.name);
		assertContainer(workflow, each, must);
	}
	if (clone && "image" in clone)
		must(
			isPinned(clone.image),
			`clone.image: got ${clone.image}`,
			"an exact version or a digest",
		);
	assertGraph(steps, must);
	if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
}

function assertContainer(
	{ when }: Workflow,
	each: Step | Service,
	must: Must,
): void {
	const place = `steps.${each.name}`;
	must(
		isPinned(each.image),
		`${place}.image: got ${each.image}`,
		"an exact version or a digest",
	);
	if (each.commands)
		must(
			each.commands.length > 0,
			`${place}.commands: got none`,
			"at least one",
		);
	const events = when.map(({ event }) => event);
	for (const { event } of each.when ?? [])
		must(
			event === undefined || events.includes(event),
			`${place}.when: got ${event}, on which the workflow never starts`,
			`one of ${events.join(", ")}`,
		);
	for (const secret of secretsOf(each)) {
		for (const event of events)
			must(
				secret.events.includes(event),
				`${place}: secret ${secret.name} on ${event}`,
				`only ${secret.events.join(", ")}: the pipeline fails before it looks at conditions`,
			);
		const image = imageName(each.image);
		must(
			secret.images === undefined || each.settings !== undefined,
			`${place}: secret ${secret.name} in a step that is no plugin`,
			"no images at the secret: the server then refuses every other step",
		);
		must(
			secret.images === undefined || secret.images.includes(image),
			`${place}: secret ${secret.name} in ${image}`,
			`only ${secret.images?.join(", ")}`,
		);
	}
}

function assertGraph(steps: readonly Step[], must: Must): void {
	const isGraph = steps.some(({ dependsOn }) => dependsOn !== undefined);
	const all = steps.map(({ name }) => name);
	for (const { name, dependsOn } of steps) {
		must(
			dependsOn !== undefined || !isGraph,
			`steps.${name}.dependsOn: got none while another step has it`,
			"the steps to wait for, [] for at once",
		);
		for (const dependency of dependsOn ?? [])
			must(
				isOptional(dependency) ||
					(all.includes(nameOf(dependency)) && nameOf(dependency) !== name),
				`steps.${name}.dependsOn: got ${nameOf(dependency)}`,
				`one of ${all.filter((each) => each !== name).join(", ")}`,
			);
	}
	const cycle = dependencyCycle(
		steps.map(({ name, dependsOn = [] }) => ({
			name,
			dependsOn: dependsOn.map(nameOf),
		})),
	);
	must(
		cycle === undefined,
		`steps.${cycle?.[0]}.dependsOn: got ${cycle?.join(" -> ")}`,
		"steps that do not wait for each other",
	);
}

function nameOf(dependency: Dependency): string {
	return typeof dependency === "string" ? dependency : dependency.name;
}

function isOptional(dependency: Dependency): boolean {
	return typeof dependency !== "string" && dependency.optional;
}

/** Every secret that a step or service is given. */
function secretsOf(each: Step | Service): readonly Secret[] {
	const found: Secret[] = [];
	const look = (value: Value | undefined): void => {
		if (isSecretReference(value)) found.push(value.fromSecret);
		else if (Array.isArray(value)) value.forEach(look);
		else if (typeof value === "object") Object.values(value).forEach(look);
	};
	look(each.settings);
	look(each.environment);
	return found;
}
