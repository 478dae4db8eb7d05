import { join } from "node:path";
import { alertFiles } from "../lib/alerts/alert-files";
import { renderCliReference } from "../lib/cli/cli-reference";
import { dashboardFiles } from "../lib/dashboards/dashboard-files";
import { VM_BUNDLE } from "../lib/pipelines/registry-config-sync";
import { workflowFiles } from "../lib/pipelines/workflow-files";
import { alertModel } from "./alert-model";
import { calledFiles, isElsewhere } from "./called-files";
import { checkSettings } from "./check-settings";
import type { Settings } from "./model";
import { pipelinesProps } from "./pipelines";
import { hostOf } from "./registry-host";
import { registryHostFiles } from "./registry-host-files";
import { freshFor } from "./watched";

/**
 * Every committed file that follows from the settings and is not Terraform, by its path from the project's root: the same
 * settings give the same bytes.
 */
export function generatedFiles(settings: Settings): Record<string, string> {
	const { alerts, namespace, pushgateway } = checkSettings(settings);
	const host = hostOf(settings);
	const vm = host ? registryHostFiles(host) : {};
	return {
		...below(
			"generated",
			alertFiles({
				...alertModel(settings),
				pushgateway: pushgateway.url,
				prometheusRule: {
					name: alerts?.name,
					namespace: namespace.name,
					labels: alerts?.labels,
				},
			}),
		),
		...below("generated", dashboardFiles({ freshFor: freshFor(settings) })),
		...vm,
		...pipelineFiles(settings, vm),
		"docs/reference.md": renderCliReference(),
	};
}

function pipelineFiles(
	settings: Settings,
	vm: Readonly<Record<string, string>>,
): Record<string, string> {
	if (!settings.pipelines) return {};
	const { output = "generated", ...pipelines } = settings.pipelines;
	const { files, appTemplate, page } = workflowFiles(
		pipelinesProps(settings, pipelines),
	);
	return {
		...below(`${output}/.woodpecker`, files),
		...calledFiles(output),
		// the sync ships the bundle of the repository that it runs in
		...(isElsewhere(output) &&
			below(
				join(output, pipelines.registryHost.bundle ?? VM_BUNDLE),
				inBundle(vm),
			)),
		[join(output, "app-template/.woodpecker.yml")]: appTemplate,
		"docs/pipelines.md": page,
	};
}

function below(
	folder: string,
	files: Record<string, string>,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(files).map(([path, text]) => [join(folder, path), text]),
	);
}

function inBundle(
	files: Readonly<Record<string, string>>,
): Record<string, string> {
	return Object.fromEntries(
		Object.entries(files).flatMap(([path, text]) =>
			path.startsWith(`${VM_BUNDLE}/`)
				? [[path.slice(VM_BUNDLE.length + 1), text]]
				: [],
		),
	);
}
