import type { HostRegistry } from "./host-registry";
import type { RegistryHost } from "./registry-host";

/**
 * File on the VM with the lines REG_USER=... and REG_PASS=..., of a registry that asks for a login: what the guard walks
 * it with. Made on the VM, readable by root alone.
 */
export function guardEnvFile(
	{ base }: Pick<RegistryHost, "base">,
	{ name, htpasswd }: Pick<HostRegistry, "name" | "htpasswd">,
): string | undefined {
	return htpasswd ? `${base}/secrets/${name}-guard.env` : undefined;
}
