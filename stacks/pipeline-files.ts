import { join } from "node:path";
import { VM_BUNDLE } from "../lib/pipelines/registry-config-sync";
import { workflowFiles } from "../lib/pipelines/workflow-files";
import { below } from "./below";
import { calledFiles, isElsewhere } from "./called-files";
import type { Settings } from "./model";
import { pipelinesProps } from "./pipelines";

/**
 * Workflows, what they call and their page; for another repository also the bundle of the VM.
 *
 * @param vm the registry host's files by their path from the project's root
 */
export function pipelineFiles(
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
