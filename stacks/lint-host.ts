import type { RegistryHost } from "../lib/registry-host/registry-host";
import { registryHostBundle } from "../lib/registry-host/registry-host-bundle";

/**
 * Lints what was merged into the registry host by hand, and returns each warning, a line. What the model renders by
 * itself has nothing that a rule could find; rendering it at each synth as well would cost a quarter of the time.
 *
 * @throws Error with every error that the config lint finds.
 */
export function lintHost(host: RegistryHost): readonly string[] {
	const warnings: string[] = [];
	const isHandWritten =
		Object.keys(host.extra).length > 0 ||
		host.nginx.snippet.length > 0 ||
		host.registries.some(({ extra, nginxSnippet }) => extra || nginxSnippet);
	if (isHandWritten)
		registryHostBundle(
			host,
			() => "",
			(line) => warnings.push(line),
		);
	return warnings;
}
