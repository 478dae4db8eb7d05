import { renderYaml } from "../yaml";
import { GENERATED, type HostFile, vmFile } from "./host-file";
import type { HostRegistry } from "./host-registry";
import { checkContracts } from "./kept-contracts";
import { mergePatch } from "./merge-patch";
import { must } from "./must";
import type { RegistryConfig } from "./registry-config-keys";
import { registryConfigMistakes } from "./registry-config-mistakes";

const KEEPS_ALL =
	"registry-guard: ignore cache-without-eviction because RegistryDiskFilling watches the disk, and docs/registry-vm.md says how to empty one cache";

/**
 * `config-<name>.yml`.
 *
 * @throws Error naming the key that this version of the registry does not know, or the value that it cannot read.
 */
export function registryConfigFile(registry: HostRegistry): HostFile {
	return vmFile(
		registry.configFile,
		renderYaml(registryConfig(registry), [
			GENERATED,
			`Keys of distribution ${registry.distribution}.x. Read at the start: docker compose restart ${registry.service}`,
			...(mayDelete(registry) ? [] : [KEEPS_ALL]),
		]),
	);
}

/**
 * Who may delete remembers no blobs in memory. With a memory a registry goes on to answer 200 for what a collection or an
 * expiry has removed, with a body that breaks off, and a push of the same image exits 0 and leaves a tag that answers 404
 * (2.8.2 and 3.1.1). A 2.8 cache does neither: it keeps all that it ever pulled.
 */
function mayDelete({ kind, distribution }: HostRegistry): boolean {
	return kind === "private" || distribution === 3;
}

function registryConfig(registry: HostRegistry): RegistryConfig {
	const { name, distribution, listen, storage, metrics, purge } = registry;
	const { htpasswd, upstream, extra = {} } = registry;
	const config = {
		version: 0.1,
		log: { level: "info", accesslog: { disabled: true } },
		storage: {
			filesystem: { rootdirectory: storage },
			...(mayDelete(registry) && { delete: { enabled: true } }),
			// 2.8 has no other metric of how often a cache hits
			...(!mayDelete(registry) &&
				metrics && { cache: { blobdescriptor: "inmemory" } }),
			maintenance: {
				uploadpurging: { enabled: true, ...purge, dryrun: false },
			},
		},
		...(htpasswd && {
			auth: { htpasswd: { realm: "Registry", path: htpasswd } },
		}),
		http: {
			addr: listen,
			headers: { "X-Content-Type-Options": ["nosniff"] },
			// a push that runs when the registry is told to stop ends well; without it the connection is cut
			draintimeout: "50s",
			...(metrics && {
				debug: {
					addr: listen.replace(/\d+$/, String(metrics.port)),
					prometheus: { enabled: true, path: "/metrics" },
				},
			}),
		},
		health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
		...(upstream && { proxy: { remoteurl: upstream.url } }),
	} satisfies RegistryConfig;
	const merged = mergePatch(config, extra);
	for (const { key, got, wanted } of registryConfigMistakes(
		merged,
		distribution,
	))
		must(
			false,
			`registries[${name}].extra.${key}`,
			got,
			`${wanted} (distribution ${distribution}.x)`,
		);
	checkContracts(registry, merged as RegistryConfig);
	return merged as RegistryConfig;
}
