import { bundleHashes } from "./bundle-hashes";
import { composeFile } from "./compose";
import { dnsFiles } from "./dns-files";
import type { HostFile } from "./host-file";
import { hostScrapeConfigFiles } from "./host-scrape-configs";
import { hostScripts } from "./host-scripts";
import { hostUnits } from "./host-units";
import { hostsTomlFiles } from "./hosts-toml";
import type { HostProblem } from "./lint/host-rules";
import { lintHostFiles } from "./lint/lint-host-files";
import { nginxFile } from "./nginx";
import { registryConfigFile } from "./registry-config";
import type { RegistryHost } from "./registry-host";

/** What Terraform has not resolved yet, in a text. */
const TOKEN = /\$\{TfToken\[|#\{TfToken\[/;

/**
 * Every file of the VM, of the nodes and of Prometheus that follows from the model, by path, with the hashes of the VM's.
 * The same model gives the same bytes.
 *
 * @param sha256 hex digest of a text's UTF-8 bytes: this room knows no built-ins of node
 * @param warn takes each warning of the config lint, a line
 * @throws Error with every error that the config lint finds, also in what was merged in by hand, one a line.
 */
export function registryHostBundle(
	host: RegistryHost,
	sha256: (text: string) => string,
	warn: (line: string) => void = () => {},
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
	const problems = lintHostFiles(files);
	for (const each of problems)
		if (each.severity === "warning") warn(lineOf(each));
	const errors = problems.filter(({ severity }) => severity === "error");
	if (errors.length > 0)
		throw new Error(
			`registryHost:${errors.map((each) => `\n  ${lineOf(each)}`).join("")}`,
		);
	return [...files, bundleHashes(host, files, sha256)].sort((a, b) =>
		a.path < b.path ? -1 : 1,
	);
}

function lineOf({ rule, file, line, reason, fix }: HostProblem): string {
	return `${rule}: ${file}:${line}: ${reason}; ${fix}`;
}
