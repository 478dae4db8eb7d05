import type { CommandsStep } from "../woodpecker/workflow";
import { machineEnvironment } from "./machine-environment";
import type { Pipelines } from "./pipelines";
import { tracked } from "./tracked";

/**
 * A tarball of infra-ci on the registry VM, for the day that no registry serves it.
 *
 * @param tag the image's tag.
 */
export function breakglassStep(
	pipelines: Pipelines,
	tag: string,
): CommandsStep {
	const { infraCi, infraCiImage, registryHost } = pipelines;
	const { repository } = infraCi.targets[0] ?? { repository: "" };
	return tracked({
		name: "breakglass-tarball",
		image: infraCiImage,
		environment: machineEnvironment("REGISTRY", registryHost, pipelines),
		commands: [`bash ci/breakglass-infra-ci ${repository}:${tag}`],
	});
}
