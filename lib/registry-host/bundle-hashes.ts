import { type HostFile, vmFile } from "./host-file";
import type { RegistryHost } from "./registry-host";

/**
 * The bundle's manifest of hashes, as `sha256sum -c` reads it at `/` of the VM: every other file below `vm/`.
 *
 * @param sha256 hex digest of a text's UTF-8 bytes: this room knows no built-ins of node
 */
export function bundleHashes(
	{ base }: Pick<RegistryHost, "base">,
	files: readonly HostFile[],
	sha256: (text: string) => string,
): HostFile {
	const lines = files
		.filter(({ path }) => path.startsWith("vm/"))
		.map(({ path, text }) => `${sha256(text)}  ${path.slice("vm/".length)}\n`)
		.sort((a, b) => (a.slice(64) < b.slice(64) ? -1 : 1));
	return vmFile(`${base}/bundle.sha256`, lines.join(""));
}
