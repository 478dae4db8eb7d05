import { GENERATED, type HostFile } from "./host-file";
import type { HostRegistry } from "./host-registry";
import type { RegistryHost } from "./registry-host";

/**
 * containerd's `hosts.toml` of every host that references name: where a node pulls it from. By the VM's name, never by
 * its address: an address changes, and no certificate names it.
 *
 * @see https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
export function hostsTomlFiles(host: RegistryHost): HostFile[] {
	return host.registries.flatMap((registry) =>
		registry.pullHosts.map((pullHost) => ({
			path: `nodes/etc/containerd/certs.d/${pullHost}/hosts.toml`,
			text: hostsToml(registry),
			mode: 0o644,
		})),
	);
}

function hostsToml({ origin, upstream }: HostRegistry): string {
	const capabilities = upstream
		? '["pull", "resolve"]'
		: '["pull", "resolve", "push"]';
	return [
		`# ${GENERATED}`,
		...(upstream
			? ["# asked when the cache does not answer", `server = "${upstream.url}"`]
			: [`server = "${origin}"`]),
		"",
		`[host."${origin}"]`,
		`  capabilities = ${capabilities}`,
		"",
	].join("\n");
}
