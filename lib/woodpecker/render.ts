import { renderYaml } from "../yaml";
import { assertWorkflow } from "./assert-workflow";
import { lintWorkflow } from "./lint-workflow";
import { GENERATED } from "./mark";
import { present } from "./present";
import { renderConditions } from "./render-condition";
import { isSecretReference } from "./secret";
import { finishSubstitution, needsQuotes } from "./substitution";
import type { Clone, Service, Step, Value, Workflow } from "./workflow";

/**
 * The workflow file, substitution already escaped: what a step's command says is what its shell gets.
 *
 * @param source the file to edit instead of the rendered one.
 * @throws Error for what `assertWorkflow` refuses, and for what the linter says about the rest (`extra`).
 */
export function renderWorkflow(workflow: Workflow, source: string): string {
	assertWorkflow(workflow);
	const { comment, steps } = workflow;
	const body = {
		...present({ $schema: workflow.schema, variables: workflow.variables }),
		when: renderConditions(workflow.when),
		...present({
			clone: workflow.clone && clone(workflow.clone),
			skip_clone: workflow.skipClone,
			workspace: workflow.workspace,
			matrix: workflow.matrix,
			labels: workflow.labels,
			depends_on: workflow.dependsOn,
			concurrency: workflow.concurrency,
			runs_on: workflow.runsOn,
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
	const text = finishSubstitution(
		commented(renderYaml(body, header, needsQuotes), comments),
	);
	const errors = lintWorkflow(`${workflow.name}.yml`, text).problems.filter(
		({ severity }) => severity === "error",
	);
	if (errors.length > 0)
		throw new Error(
			errors
				.map(
					({ rule, reason, fix }) =>
						`${workflow.name}: ${rule}: ${reason}, ${fix}`,
				)
				.join("\n"),
		);
	return text;
}

function clone(each: Clone): unknown {
	if (isSteps(each)) return each.map(step);
	const { image, settings, ...own } = each;
	const all = { ...present(own), ...settings } as Record<string, Value>;
	return {
		git: {
			image,
			...(Object.keys(all).length > 0 && { settings: value(all) }),
		},
	};
}

function isSteps(each: Clone): each is readonly Step[] {
	return Array.isArray(each);
}

function step(each: Step): object {
	return present({
		...container(each),
		depends_on: each.dependsOn,
		detach: each.detach,
		dns: each.commands && each.dns,
		dns_search: each.commands && each.dnsSearch,
		...work(each),
	});
}

function service(each: Service): object {
	return present({ ...container(each), ports: each.ports, ...work(each) });
}

function container(each: Step | Service): Record<string, unknown> {
	return {
		name: each.name,
		image: each.image,
		pull: each.pull,
		directory: each.directory,
		privileged: each.privileged,
		when: each.when && renderConditions(each.when),
		failure: each.failure,
		volumes: each.volumes,
		backend_options: each.backendOptions && value(each.backendOptions),
	};
}

function work(each: Step | Service): Record<string, unknown> {
	return {
		environment: each.environment && value(each.environment),
		entrypoint: each.entrypoint,
		settings: each.settings && value(each.settings),
		commands: each.commands,
	};
}

function value(each: Value): unknown {
	if (isSecretReference(each)) return { from_secret: each.fromSecret.name };
	if (Array.isArray(each)) return each.map(value);
	if (typeof each !== "object") return each;
	return Object.fromEntries(
		Object.entries(each).map(([key, inner]) => [key, value(inner)]),
	);
}

/** Puts each step's comment above its line; the text of a step is indented deeper than its name. */
function commented(
	yaml: string,
	comments: ReadonlyMap<string, string>,
): string {
	const start = yaml.indexOf("\nsteps:\n");
	return (
		yaml.slice(0, start) +
		yaml.slice(start).replace(/^ {2}- name: (.+)$/gm, (line, name: string) => {
			const comment = comments.get(name)?.trimEnd().split("\n") ?? [];
			return [...comment.map((text) => `  # ${text}`), line].join("\n");
		})
	);
}
