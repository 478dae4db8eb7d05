import { dependencyCycle } from "./dependency-cycle";
import type { FolderFacts } from "./lint-folder";
import type { ParsedWorkflow } from "./parse";
import type { Problem } from "./problem";

/** Every secret is declared, and allowed on the events of the workflow and in the step's image. */
export function secretProblems(
	workflows: readonly ParsedWorkflow[],
	{ secrets }: FolderFacts,
): Problem[] {
	if (!secrets) return [];
	const known = new Map(secrets.map((secret) => [secret.name, secret]));
	const problems: Problem[] = [];
	for (const { file, when, steps, services } of workflows) {
		// the server may resolve secrets before it looks at conditions: every event of the workflow counts, not the step's own
		const events = new Set(when.flatMap((condition) => condition.events));
		for (const { name, image, secrets: used, line } of [
			...steps,
			...services,
		]) {
			const report = (
				rule: Problem["rule"],
				reason: string,
				fix: string,
			): void => {
				problems.push({
					rule,
					severity: "error",
					file,
					line,
					reason: `${name}: ${reason}`,
					fix,
				});
			};
			for (const secret of used) {
				const declared = known.get(secret);
				if (!declared) {
					const all = [...known.keys()].join(", ") || "none";
					report("undeclared-secret", `got ${secret}`, `wanted one of ${all}`);
					continue;
				}
				for (const event of events)
					if (!declared.events.some((allowed) => allowed === event))
						report(
							"secret-event",
							`got ${secret} on ${event}`,
							`wanted it only on ${declared.events.join(", ")}`,
						);
				const bare = imageName(image);
				if (declared.images && !declared.images.includes(bare))
					report(
						"secret-image",
						`got ${secret} in ${bare}`,
						`wanted it only in ${declared.images.join(", ")}`,
					);
			}
		}
	}
	return problems;
}

/** An image without tag and digest. */
export function imageName(image: string): string {
	return image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}

/** A cron that nobody made never starts anything. */
export function cronProblems(
	workflows: readonly ParsedWorkflow[],
	{ crons }: FolderFacts,
): Problem[] {
	if (!crons) return [];
	return workflows.flatMap(({ file, when, steps }) =>
		[...when, ...steps.flatMap((step) => step.when)].flatMap(({ cron, line }) =>
			cron.include
				.filter((name) => !/[*?[{]/.test(name) && !crons.includes(name))
				.map((name) => ({
					rule: "unknown-cron" as const,
					severity: "error" as const,
					file,
					line,
					reason: `got ${name}`,
					fix: `wanted one of ${crons.join(", ") || "none"}`,
				})),
		),
	);
}

/** What is not there is judged only where the whole folder is known. */
export function dependencyProblems(
	workflows: readonly ParsedWorkflow[],
	{ strangers }: FolderFacts,
): Problem[] {
	const cycle = dependencyCycle(workflows);
	const circular = workflows
		.filter(({ name }) => name === cycle?.[0])
		.slice(0, 1)
		.map(({ file }) => ({
			rule: "dependency-cycle" as const,
			severity: "error" as const,
			file,
			line: 1,
			reason: `got ${cycle?.join(" -> ")}`,
			fix: "wanted workflows that do not wait for each other",
		}));
	if (!strangers) return circular;
	const names = [...workflows, ...strangers].map(({ name }) => name);
	const unknown = workflows.flatMap(({ file, dependsOn }) =>
		dependsOn
			.filter((name) => !names.includes(name))
			.map((name) => ({
				rule: "unknown-workflow" as const,
				severity: "error" as const,
				file,
				line: 1,
				reason: `got depends_on ${name}`,
				fix: `wanted one of ${names.join(", ")}`,
			})),
	);
	return [...circular, ...unknown];
}
