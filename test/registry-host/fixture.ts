import { createHash } from "node:crypto";
import type { HostFile } from "../../lib/registry-host/host-file";
import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import {
	type RegistryHost,
	type RegistryHostProps,
	registryHost,
} from "../../lib/registry-host/registry-host";
import { registryHostBundle } from "../../lib/registry-host/registry-host-bundle";

export const CACHES: readonly HostRegistryProps[] = [
	"dockerhub",
	"ghcr",
	"quay",
	"k8s",
	"kyverno",
].map((name) => ({ name, kind: "pull-through" }));
export const PRIVATE: HostRegistryProps = { name: "private", kind: "private" };

/** The five caches and the private registry, all defaults. */
export function hostOf(over: Partial<RegistryHostProps> = {}): RegistryHost {
	return registryHost({
		host: "registry.example",
		address: "10.0.20.10",
		registries: [...CACHES, PRIVATE],
		...over,
	});
}

/** One cache with something of its own. */
export function cacheOf(props: Partial<HostRegistryProps>): RegistryHost {
	return hostOf({
		registries: [{ name: "ghcr", kind: "pull-through", ...props }],
	});
}

export function bundleOf(host: RegistryHost): readonly HostFile[] {
	return registryHostBundle(host, (text) =>
		createHash("sha256").update(text).digest("hex"),
	);
}
