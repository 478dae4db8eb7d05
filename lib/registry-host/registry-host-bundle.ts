import { bundleHashes } from "./bundle-hashes";
import { composeFile } from "./compose";
import { dnsFiles } from "./dns-files";
import { type HostFile, vmFile } from "./host-file";
import { hostScrapeConfigFiles } from "./host-scrape-configs";
import { hostScripts } from "./host-scripts";
import { hostUnits } from "./host-units";
import { hostsTomlFiles } from "./hosts-toml";
import { lintHostFiles } from "./lint/lint-host-files";
import { nginxFile } from "./nginx";
import { registryConfigFile } from "./registry-config";
import type { RegistryHost } from "./registry-host";

/** What Terraform has not resolved yet, in a text. */
const TOKEN = /\$\{TfToken\[|#\{TfToken\[/;

export interface BundleOptions {
	/** Hex digest of a text's UTF-8 bytes. */
	readonly sha256: (text: string) => string;
	/** Text of the guard's bundled program; with it the VM's copy is part of the bundle. @default - it is brought there otherwise */
	readonly guard?: string;
}

/**
 * Every file of the VM, of the nodes and of Prometheus that follows from the model, by path, with the hashes of the VM's.
 * The same model gives the same bytes.
 *
 * @throws Error with every error that the config lint finds, also in what was merged in by hand, one a line.
 */
export function registryHostBundle(
	host: RegistryHost,
	{ sha256, guard }: BundleOptions,
): HostFile[] {
	const files = [
		composeFile(host),
		nginxFile(host),
		...host.registries.map(registryConfigFile),
		...hostUnits(host),
		...hostScripts(host),
		...dnsFiles(host.dns),
		...hostsTomlFiles(host),
		...hostScrapeConfigFiles(host),
	];
	for (const { path, text } of files)
		if (TOKEN.test(text))
			throw new Error(
				`registryHost: got a value that Terraform has not resolved yet, in ${path}, wanted plain values`,
			);
	const errors = lintHostFiles(files).filter(
		({ severity }) => severity === "error",
	);
	if (errors.length > 0)
		throw new Error(
			`registryHost:${errors
				.map(
					({ rule, file, line, reason, fix }) =>
						`\n  ${rule}: ${file}:${line}: ${reason}; ${fix}`,
				)
				.join("")}`,
		);
	const all =
		guard === undefined ? files : [...files, vmFile(host.guardFile, guard)];
	return [...all, bundleHashes(host, all, sha256)].sort((a, b) =>
		a.path < b.path ? -1 : 1,
	);
}
