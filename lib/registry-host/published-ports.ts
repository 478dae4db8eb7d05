import type { HostRegistry, HostTls } from "./host-registry";
import type { RegistryHost } from "./registry-host";

/** A port that nginx listens on and the VM publishes, and what is behind it. */
export interface PublishedPort {
	readonly port: number;
	readonly tls: HostTls | false;
	readonly behind: "registry" | "metrics" | "ui" | "node-exporter";
	/** The registry it belongs to. */
	readonly registry?: HostRegistry;
	readonly what: string;
}

/** Every published port, each with the server that nginx has for it. */
export function publishedPorts(host: RegistryHost): PublishedPort[] {
	const { registries, ui, nodeExporter } = host;
	return [
		...registries.map(
			(registry): PublishedPort => ({
				port: registry.port,
				tls: registry.tls,
				behind: "registry",
				registry,
				what: registry.upstream
					? `cache of ${registry.upstream.host}`
					: "private registry",
			}),
		),
		...registries.flatMap((registry): PublishedPort[] =>
			registry.metrics
				? [
						{
							port: registry.metrics.port,
							tls: false,
							behind: "metrics",
							registry,
							what: `metrics of ${registry.service}, for ${registry.metrics.allow.join(", ")}`,
						},
					]
				: [],
		),
		...(ui
			? [
					{
						port: ui.port,
						tls: ui.tls,
						behind: "ui",
						registry: ui.registry,
						what: `web page of ${ui.registry.service}, to look only`,
					} as const,
				]
			: []),
		...(nodeExporter
			? [
					{
						port: nodeExporter.port,
						tls: false,
						behind: "node-exporter",
						what: `metrics of the VM, for ${nodeExporter.allow.join(", ")}`,
					} as const,
				]
			: []),
	];
}
