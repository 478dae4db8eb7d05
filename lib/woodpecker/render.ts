import { renderYaml } from "../yaml";
import { assertWorkflow } from "./assert-workflow";
import { renderGuard } from "./guard";
import { isSecretReference } from "./secret";
import { finishSubstitution } from "./substitution";
import type {
	CommandsStep,
	PathFilter,
	PluginStep,
	Service,
	Step,
	StepCondition,
	Value,
	Workflow,
} from "./workflow";

/** The mark of our files: a file without it is never overwritten. */
export const GENERATED = "generated, edit";

/**
 * The workflow file, substitution already escaped: what a step's command says is what its shell gets.
 *
 * @param source the file to edit instead of the rendered one.
 * @throws Error for what `assertWorkflow` refuses.
 */
export function renderWorkflow(workflow: Workflow, source: string): string {
	assertWorkflow(workflow);
	const { comment, steps } = workflow;
	const body = {
		when: workflow.when.map(condition),
		...present({
			clone: workflow.clone && { git: cloneStep(workflow.clone) },
			skip_clone: workflow.skipClone,
			workspace: workflow.workspace,
			matrix: workflow.matrix,
			labels: workflow.labels,
			depends_on: workflow.dependsOn,
			concurrency: workflow.concurrency,
		}),
		steps: steps.map(step),
		...present({ services: workflow.services?.map(service) }),
		...workflow.extra,
	};
	const header = [
		`${GENERATED} ${source}`,
		...(comment?.trimEnd().split("\n") ?? []),
	];
	const comments = new Map(
		steps.flatMap((each) => (each.comment ? [[each.name, each.comment]] : [])),
	);
	return finishSubstitution(commented(renderYaml(body, header), comments));
}

function condition(item: StepCondition): object {
	const {
		repo,
		branch,
		ref,
		platform,
		instance,
		variables,
		status,
		matrix,
		path,
		cron,
	} = item as Partial<Record<string, unknown>> &
		StepCondition & { path?: readonly string[] | PathFilter };
	return present({
		event: item.event,
		repo,
		branch,
		ref,
		cron,
		path: isPathFilter(path)
			? present({
					include: path.include,
					exclude: path.exclude,
					ignore_message: path.ignoreMessage,
					on_empty: path.onEmpty,
				})
			: path,
		platform,
		instance,
		status,
		matrix,
		evaluate: variables && renderGuard(variables),
	});
}

function isPathFilter(
	path: readonly string[] | PathFilter | undefined,
): path is PathFilter {
	return path !== undefined && !Array.isArray(path);
}

function cloneStep({
	image,
	...settings
}: NonNullable<Workflow["clone"]>): object {
	return { image, ...(Object.keys(settings).length > 0 && { settings }) };
}

function step(each: Step): object {
	return present({
		name: each.name,
		image: each.image,
		pull: each.pull,
		directory: each.directory,
		privileged: each.privileged,
		depends_on: each.dependsOn,
		when: each.when?.map(condition),
		...(each.commands ? commands(each) : plugin(each as PluginStep)),
		volumes: each.volumes,
		backend_options: each.backendOptions && value(each.backendOptions),
	});
}

function commands(each: CommandsStep): object {
	return {
		detach: each.detach,
		failure: each.failure,
		dns: each.dns,
		dns_search: each.dnsSearch,
		environment: each.environment && value(each.environment),
		entrypoint: each.entrypoint,
		commands: each.commands,
	};
}

function plugin(each: PluginStep): object {
	return {
		detach: each.detach,
		failure: each.failure,
		settings: value(each.settings),
	};
}

function service(each: Service): object {
	return present({
		name: each.name,
		image: each.image,
		environment: each.environment && value(each.environment),
		entrypoint: each.entrypoint,
		commands: each.commands,
		ports: each.ports,
		volumes: each.volumes,
		backend_options: each.backendOptions && value(each.backendOptions),
	});
}

function value(each: Value): unknown {
	if (isSecretReference(each)) return { from_secret: each.fromSecret.name };
	if (Array.isArray(each)) return each.map(value);
	if (typeof each !== "object") return each;
	return Object.fromEntries(
		Object.entries(each).map(([key, inner]) => [key, value(inner)]),
	);
}

/** Without the keys that have no value. */
function present(object: Record<string, unknown>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(object).filter(([, each]) => each !== undefined),
	);
}

/** Puts each step's comment above its line; the text of a step is indented deeper than its name. */
function commented(
	yaml: string,
	comments: ReadonlyMap<string, string>,
): string {
	return yaml.replace(/^ {2}- name: (.+)$/gm, (line, name: string) => {
		const comment = comments.get(name)?.trimEnd().split("\n") ?? [];
		return [...comment.map((text) => `  # ${text}`), line].join("\n");
	});
}
