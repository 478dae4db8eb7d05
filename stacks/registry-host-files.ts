import { createHash } from "node:crypto";
import type { RegistryHost } from "../lib/registry-host/registry-host";
import { registryHostBundle } from "../lib/registry-host/registry-host-bundle";
import { renderRegistryVmPage } from "../lib/registry-host/registry-vm-page";

/** The bundle of the VM and the page about it, by their paths from the project's root. */
export function registryHostFiles(host: RegistryHost): Record<string, string> {
	const bundle = registryHostBundle(host, (text) =>
		createHash("sha256").update(text).digest("hex"),
	);
	return {
		...Object.fromEntries(
			bundle.map(({ path, text }) => [`generated/registry-host/${path}`, text]),
		),
		"docs/registry-vm.md": renderRegistryVmPage(host, bundle),
	};
}
