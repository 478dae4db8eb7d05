import type { WatchedHost } from "../lib/alerts/host-alerts";
import type { HostThresholds } from "../lib/alerts/host-thresholds";
import type { RegistryHost } from "../lib/registry-host/registry-host";

/** Port of a node_exporter that the VM has of its own. */
const NODE_EXPORTER_PORT = 9100;

/** What the alerts on the VM are about: every store is scanned, those with a time are collected. */
export function watchedHost(
	{ address, registries, nodeExporter, data }: RegistryHost,
	thresholds?: Partial<HostThresholds>,
): WatchedHost {
	return {
		instance: `${address}:${nodeExporter?.port ?? NODE_EXPORTER_PORT}`,
		scanned: registries.map(({ name }) => name),
		collected: registries
			.filter(({ collectAt }) => collectAt !== false)
			.map(({ name }) => name),
		mountpoints: foldersTo(data),
		thresholds,
	};
}

/** `/`, `/opt`, `/opt/registry`: any of them may be a mount of its own. */
function foldersTo(path: string): string[] {
	const names = path.split("/").filter(Boolean);
	return ["/", ...names.map((_, i) => `/${names.slice(0, i + 1).join("/")}`)];
}
