import { GENERATED, type HostFile, vmFile } from "../host-file";
import type { RegistryHost } from "../registry-host";

/** Folder of the scripts on the VM. */
export function binOf({ base }: Pick<RegistryHost, "base">): string {
	return `${base}/bin`;
}

/** Folder of what the scripts remember: states, reports, metrics. */
export function stateOf({ base }: Pick<RegistryHost, "base">): string {
	return `${base}/state`;
}

/**
 * A bash script of the bundle that stops at the first command that fails.
 *
 * @param about what it is for, a comment line each; the first begins with its usage
 * @param body lines of bash, without the first ones
 */
export function bashScript(
	path: string,
	about: readonly string[],
	body: string,
): HostFile {
	const comments = [...about, GENERATED].map((line) => `# ${line}\n`).join("");
	return vmFile(
		path,
		`#!/bin/bash\n${comments}set -euo pipefail\n\n${body.trim()}\n`,
		0o755,
	);
}
