import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
	type Block,
	bindingSchema,
	type Kind,
	type ProviderName,
} from "./binding-schema";
import type { ProviderSchemas } from "./plugin";

// not from __dirname: a benchmark has this file in its bundle
const ROOT = resolve();
const HERE = join(ROOT, "test/support/terraform");
const HOSTS = ["registry.terraform.io", "registry.opentofu.org"];

/** The parts of a synthesized stack that say which providers and types it needs. */
export interface TerraformJson {
	readonly terraform?: {
		readonly required_providers?: Readonly<
			Record<string, { readonly source: string; readonly version: string }>
		>;
	};
	readonly resource?: Readonly<Record<string, object>>;
	readonly data?: Readonly<Record<string, object>>;
	readonly ephemeral?: Readonly<Record<string, object>>;
}

/**
 * Makes a folder that Terraform installs the stand-in from (`filesystem_mirror`), with the schemas of what the stacks
 * use. Terraform itself says what is wrong with a type that the bindings do not have.
 */
export function makeProviderMirror(
	folder: string,
	storeFolder: string,
	stacks: readonly TerraformJson[],
): void {
	mkdirSync(folder, { recursive: true });
	const program = builtProvider();
	for (const [name, version] of requiredProviders(stacks)) {
		const schemas = join(folder, `${name}.json`);
		writeFileSync(schemas, JSON.stringify(schemasOf(name, stacks)));
		const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
		for (const host of HOSTS) {
			const place = join(folder, host, "hashicorp", name, version, platform);
			mkdirSync(place, { recursive: true });
			writeFileSync(
				join(place, `terraform-provider-${name}_v${version}_x5`),
				`#!/bin/sh\nexec '${process.execPath}' '${program}' '${schemas}' '${join(HERE, "plugin.proto")}' '${storeFolder}'\n`,
				{ mode: 0o755 },
			);
		}
	}
}

let built: string | undefined;

/** The stand-in as one file, built once a process. */
function builtProvider(): string {
	if (built !== undefined) return built;
	built = join(ROOT, "dist/stand-in-provider.cjs");
	const options = ["--bundle", "--platform=node", "--target=node20"];
	execFileSync(
		join(ROOT, "node_modules/.bin/esbuild"),
		[
			join(HERE, "stand-in-provider.ts"),
			...options,
			`--outfile=${built}`,
			"--log-level=warning",
		],
		{ stdio: "inherit" },
	);
	return built;
}

function requiredProviders(
	stacks: readonly TerraformJson[],
): Map<ProviderName, string> {
	return new Map(
		stacks.flatMap((stack) =>
			Object.entries(stack.terraform?.required_providers ?? {}).map(
				([name, { version }]) => [name as ProviderName, version] as const,
			),
		),
	);
}

function schemasOf(
	provider: ProviderName,
	stacks: readonly TerraformJson[],
): ProviderSchemas {
	const read = (kind: Kind, types: Iterable<string>) =>
		Object.fromEntries(
			[...types].flatMap((type): [string, Block][] => {
				const schema = bindingSchema(provider, kind, type);
				return schema ? [[type, schema]] : [];
			}),
		);
	const types = (part: "resource" | "data" | "ephemeral") =>
		new Set(
			stacks
				.flatMap((stack) => Object.keys(stack[part] ?? {}))
				.filter((type) => type.startsWith(`${provider}_`)),
		);
	return {
		provider: bindingSchema(provider, "provider", provider) as Block,
		resource: read("resource", types("resource")),
		data: read("data", types("data")),
		ephemeral: Object.fromEntries(
			Object.entries(read("data", types("ephemeral"))).map(([type, schema]) => [
				type,
				ephemeral(schema),
			]),
		),
	};
}

/** The bindings have no ephemeral resources; that of a secret has the data source's arguments, without id and path. */
function ephemeral({ attributes, block_types }: Block): Block {
	return {
		attributes: attributes.filter(({ name }) => !["id", "path"].includes(name)),
		block_types,
	};
}
