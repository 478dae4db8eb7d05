import { fromSecret } from "../woodpecker/secret";
import type { Value } from "../woodpecker/workflow";
import type { Pipelines, SshMachine } from "./pipelines";

/**
 * What a script that talks to a machine is told (`ci/lib/machine`): the key is Woodpecker's secret, the host key is read
 * from Vault with the pod's own token and pinned, never scanned.
 */
export function machineEnvironment(
	prefix: "REGISTRY" | "PVE",
	{ host, user = "root", port = 22, key }: SshMachine,
	{ vaultAddress, vaultRole }: Pipelines,
): Readonly<Record<string, Value>> {
	const { path } = key.vault;
	return {
		[`${prefix}_SSH_HOST`]: host,
		[`${prefix}_SSH_USER`]: user,
		[`${prefix}_SSH_PORT`]: String(port),
		[`${prefix}_SSH_KEY`]: fromSecret(key),
		[`${prefix}_SSH_VAULT_PATH`]: path.replace(/^[^/]+\//, ""),
		VAULT_ADDR: vaultAddress,
		VAULT_KV_MOUNT: path.replace(/\/.*/, ""),
		VAULT_ROLE: vaultRole,
	};
}
