import type { HostRegistry } from "./host-registry";

/** What `collect` has to know of a registry, behind what it shall do: name, store, and how the gate looks at it. */
export function collectArguments(registry: HostRegistry): string {
	const { name, data, kind, service, backendPort } = registry;
	const gate =
		kind === "pull-through"
			? "--cache"
			: `--registry http://${service}:${backendPort}`;
	return `${name} ${data} ${gate}`;
}
