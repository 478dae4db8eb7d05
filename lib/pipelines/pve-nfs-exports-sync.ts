import type { Condition, Workflow } from "../woodpecker/workflow";
import { machineEnvironment } from "./machine-environment";
import { manualGuard } from "./manual-guard";
import { notified } from "./notified";
import type { Pipelines } from "./pipelines";
import { tracked } from "./tracked";

const EXPORTS = "scripts/pve-nfs-exports";

/** Brings the Proxmox host's NFS exports to what the repository says. */
export function pveNfsExportsSync(pipelines: Pipelines): Workflow {
	const { branch, proxmox, infraCiImage } = pipelines;
	const when: readonly Condition[] = [
		{ event: "push", branch, path: [EXPORTS] },
		{ event: "manual", branch, variables: manualGuard("pve-nfs-exports-sync") },
	];
	return notified(pipelines, {
		name: "pve-nfs-exports-sync",
		when,
		concurrency: { limit: 1 },
		steps: [
			tracked({
				name: "sync",
				image: infraCiImage,
				comment:
					"Validated before it is copied, rolled back if exportfs refuses it; the host key is pinned from Vault.",
				environment: machineEnvironment("PVE", proxmox, pipelines),
				commands: [`bash ci/pve-nfs-exports-sync ${EXPORTS}`],
			}),
		],
	});
}
