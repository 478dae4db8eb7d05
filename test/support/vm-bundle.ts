import { createHash } from "node:crypto";
import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { HostFile } from "../../lib/registry-host/host-file";
import {
	type RegistryHostProps,
	registryHost,
} from "../../lib/registry-host/registry-host";
import { registryHostBundle } from "../../lib/registry-host/registry-host-bundle";

export const CACHES = ["dockerhub", "ghcr", "quay", "k8s", "kyverno"] as const;
const PROPS: RegistryHostProps = {
	host: "registry.lab.test",
	address: "10.0.20.10",
	registries: [
		...CACHES.map((name) => ({ name, kind: "pull-through" }) as const),
		{ name: "private", kind: "private" },
	],
};

/** The bundle of five caches and a private registry. */
export function vmBundle(
	over: Partial<RegistryHostProps> = {},
): readonly HostFile[] {
	return registryHostBundle(registryHost({ ...PROPS, ...over }), (text) =>
		createHash("sha256").update(text).digest("hex"),
	);
}

/** Writes the VM's files below a folder that stands for its `/`. */
export function installBundle(files: readonly HostFile[], root: string): void {
	for (const { path, text, mode } of files)
		if (path.startsWith("vm/"))
			writeVmFile(join(root, path.slice("vm/".length)), text, mode);
}

/** A file with its folders; returns its path. */
export function writeVmFile(file: string, text: string, mode = 0o644): string {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
	chmodSync(file, mode);
	return file;
}

/** A new folder for each test of the file; empty again after it. */
export function folderPerTest(): () => string {
	let folder = "";
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "vm-"));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));
	return () => folder;
}
