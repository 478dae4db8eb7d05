import { join, relative, resolve } from "node:path";
import { TerraformResource, type TerraformStack } from "cdktf";
import type { GuardApp } from "./app";
import { backendArguments } from "./backend";
import type { Settings } from "./model";

/** What a synthesis made, and what to do next, as text for people. */
export function summary(app: GuardApp, settings: Settings): string {
	const rows = app.stacks.map((stack) => [
		stack.node.id,
		counted(resources(stack).length),
		`${app.outdir}/stacks/${stack.node.id}/cdk.tf.json`,
		`state: ${stateOf(stack.node.id, app.outdir, settings)}`,
	]);
	const widths = [0, 1, 2].map((i) =>
		Math.max(...rows.map((row) => row[i]?.length ?? 0)),
	);
	return [
		...rows.map((row) =>
			row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  "),
		),
		...outside(app, settings),
		"",
		`next: npx cdktf-cli@0.21.0 diff ${rows[0]?.[0]}`,
		`      npx cdktf-cli@0.21.0 deploy ${rows.map(([name]) => name).join(" ")}`,
		`      (Terraform, ${settings.kubernetes.configPath || "KUBE_CONFIG_PATH"}, ${settings.vaultAddress ? "" : "VAULT_ADDR and "}a Vault token)`,
		"",
	].join("\n");
}

function counted(resources: number): string {
	return `${resources} resource${resources === 1 ? "" : "s"}`;
}

function resources(stack: TerraformStack): TerraformResource[] {
	return stack.node
		.findAll()
		.filter((node): node is TerraformResource =>
			TerraformResource.isTerraformResource(node),
		);
}

function stateOf(stack: string, outdir: string, settings: Settings): string {
	const { backend } = settings;
	const values = backendArguments(backend, stack);
	return backend.kind === "local"
		? relative(resolve(), join(outdir, "stacks", stack, String(values.path)))
		: `${backend.kind} ${values.schema_name ?? values.secret_suffix ?? `${values.bucket}/${values.key}`}`;
}

/** A local state follows the output folder: elsewhere it is another state, and Terraform would make everything a second time. */
function outside(app: GuardApp, { backend }: Settings): string[] {
	if (backend.kind !== "local" || backend.directory !== undefined) return [];
	return resolve(app.outdir, "..") === resolve()
		? []
		: [
				`note: the output is not directly in this folder, so the local state is looked for in ${resolve(app.outdir, "..")}`,
			];
}
