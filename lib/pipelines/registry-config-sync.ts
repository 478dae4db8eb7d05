import type { Condition, Workflow } from "../woodpecker/workflow";
import { machineEnvironment } from "./machine-environment";
import { manualGuard } from "./manual-guard";
import { notified } from "./notified";
import type { Pipelines } from "./pipelines";
import { tracked } from "./tracked";

/** Where the bundle of the VM lies in the repository, unless settings say otherwise. */
export const VM_BUNDLE = "generated/registry-host/vm";

/** Brings the registry VM to what the generated bundle says. */
export function registryConfigSync(pipelines: Pipelines): Workflow {
	const { branch, registryHost, infraCiImage } = pipelines;
	const { bundle = VM_BUNDLE } = registryHost;
	const when: readonly Condition[] = [
		// the guard is a file of the VM too, and lies beside the script that ships it
		{ event: "push", branch, path: [`${bundle}/**`, "ci/guard.mjs"] },
		{ event: "manual", branch, variables: manualGuard("registry-config-sync") },
	];
	return notified(pipelines, {
		name: "registry-config-sync",
		comment:
			"Ships the whole bundle, not single files by hand: the copy and what compose mounts have the same names.",
		when,
		concurrency: { limit: 1 },
		steps: [
			tracked({
				name: "sync",
				image: infraCiImage,
				comment: [
					"The host key is pinned from Vault: what ssh-keyscan answers is whoever answers.",
					"Refuses, or rolls back by itself, whatever leaves the VM less healthy than it was.",
				].join("\n"),
				environment: machineEnvironment("REGISTRY", registryHost, pipelines),
				commands: [`bash ci/registry-config-sync ${bundle}`],
			}),
		],
	});
}
