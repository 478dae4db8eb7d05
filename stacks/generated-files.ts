import { alertFiles } from "../lib/alerts/alert-files";
import { renderCliReference } from "../lib/cli/cli-reference";
import { dashboardFiles } from "../lib/dashboards/dashboard-files";
import { alertModel } from "./alert-model";
import { below } from "./below";
import { checkSettings } from "./check-settings";
import type { Settings } from "./model";
import { pipelineFiles } from "./pipeline-files";
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
