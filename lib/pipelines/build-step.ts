import { imageOf, PINS } from "../pins";
import type { PluginStep, Value } from "../woodpecker/workflow";
import type { PushTarget } from "./pipelines";
import { login, loginHost } from "./push-target";

/** Builds one image and pushes it to every target, so that all of them hold the same digest. */
export function buildStep(
	targets: readonly PushTarget[],
	settings: Readonly<Record<string, Value>>,
): PluginStep {
	const byHost = new Map(targets.map((target) => [loginHost(target), target]));
	const plain = targets
		.filter(({ plainHttp }) => plainHttp)
		.map((target) => loginHost(target));
	return {
		name: "build-and-push",
		image: imageOf(PINS.pluginDockerBuildx),
		comment: [
			"The server's WOODPECKER_PLUGINS_PRIVILEGED has to list this image with this tag.",
			"One platform and one build for all targets: they hold the same digest, which the next step asserts.",
		].join("\n"),
		settings: {
			...settings,
			platforms: "linux/amd64",
			...(plain.length > 0 && {
				buildkit_config: plain
					.map((host) => `[registry."${host}"]\n  http = true\n`)
					.join(""),
			}),
			repo: targets.map(({ repository }) => repository),
			logins: [...byHost].map(([registry, target]) => {
				const { user, password } = login(target);
				return { registry, username: user, password };
			}),
		},
	};
}
