import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Root } from "./root";

function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return undefined;
	}
}

/** Exact versions that a synthesized stack pins, as `hashicorp/vault/5.6.0`; undefined where one is no exact version. */
function pinned(json: string): readonly string[] | undefined {
	const { terraform } = JSON.parse(json) as {
		terraform?: {
			required_providers?: Record<
				string,
				{ source?: string; version?: string } | undefined
			>;
		};
	};
	const all = Object.values(terraform?.required_providers ?? {}).map((each) => {
		const { source = "", version = "" } = each ?? {};
		const name = source.includes("/") ? source : `hashicorp/${source}`;
		return /^\d+(\.\d+)+$/.test(version) ? `${name}/${version}` : undefined;
	});
	return all.every((each) => each !== undefined) ? all : undefined;
}

/** Versions of the dependency lock file, as `registry.terraform.io/hashicorp/vault/5.6.0`. */
function locked(text: string): readonly string[] {
	const entry = /^provider "([^"]+)" \{\s+version\s*=\s*"([^"]+)"/gm;
	return [...text.matchAll(entry)].map(
		([, name, version]) => `${name}/${version}`,
	);
}

/**
 * Whether `init` of a root finds all of its providers in the plugin cache. Terraform writes into it without a lock, so
 * an init that may write there must be alone; where it is not known what a root needs, it may.
 */
export function isWarm({ folder, kind }: Root, cache: string): boolean {
	const lockFile = textOf(join(folder, ".terraform.lock.hcl"));
	const stack = kind === "cdktf" ? textOf(join(folder, "cdk.tf.json")) : "{}";
	try {
		const needed = lockFile ? locked(lockFile) : pinned(stack ?? "");
		if (kind !== "cdktf" && !lockFile) return false;
		return (
			needed?.every((each) => {
				const hosts = ["", "registry.terraform.io", "registry.opentofu.org"];
				return hosts.some((host) => existsSync(join(cache, host, each)));
			}) === true
		);
	} catch {
		return false;
	}
}
