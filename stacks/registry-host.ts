import {
	type RegistryHost,
	registryHost,
} from "../lib/registry-host/registry-host";
import type { RegistrySettings, Settings } from "./model";

/**
 * The registry VM, with the registries of the settings that run on it: one that is moved or removed takes its service,
 * port, config, timer and alerts with it.
 */
export function hostOf({
	registryHost: props,
	registries,
}: Settings): RegistryHost | undefined {
	return (
		props &&
		registryHost({
			...props,
			registries: [...props.registries, ...registries.flatMap(hosted)],
		})
	);
}

function hosted({ model, hosted }: RegistrySettings) {
	if (!hosted) return [];
	const { vault: users, pullHosts } = model;
	return [{ ...hosted, kind: "private" as const, users, pullHosts }];
}
