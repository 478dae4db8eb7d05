import { relative, resolve } from "node:path";
import { build } from "esbuild";

export interface BuildOptions {
	/** Leave packages to be loaded from node_modules, as an app does that tsc has compiled. @default false */
	readonly externalPackages?: boolean;
}

/** Bundles a TypeScript program for a process of its own; returns the file to start with node. */
export async function buildProgram(
	entry: string,
	{ externalPackages = false }: BuildOptions = {},
): Promise<string> {
	const name = relative("", entry).replace(/\W/g, "-").replace(/-ts$/, "");
	const form = externalPackages ? "compiled" : "bundled";
	const outfile = resolve("dist/bench", `${name}.${form}.cjs`);
	await build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		...(externalPackages && { packages: "external" as const }),
		// the guard's bundle is found by this package's name
		external: ["cdktf-registry-guard"],
		platform: "node",
		target: "node20",
		format: "cjs",
		logLevel: "warning",
	});
	return outfile;
}
