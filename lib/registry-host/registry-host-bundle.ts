import { composeFile } from "./compose";
import type { HostFile } from "./host-file";
import { hostScrapeConfigFiles } from "./host-scrape-configs";
import { hostsTomlFiles } from "./hosts-toml";
import { nginxFile } from "./nginx";
import { registryConfigFile } from "./registry-config";
import type { RegistryHost } from "./registry-host";

/** Every file of the VM, of the nodes and of Prometheus that follows from the model, by path. */
export function registryHostBundle(host: RegistryHost): HostFile[] {
	return [
		composeFile(host),
		nginxFile(host),
		...host.registries.map(registryConfigFile),
		...hostsTomlFiles(host),
		...hostScrapeConfigFiles(host),
	].sort((a, b) => (a.path < b.path ? -1 : 1));
}
