import { basename, resolve } from "node:path";
import { build } from "esbuild";

export interface BuildOptions {
	/** Leave cdktf and its providers to be loaded from node_modules, as `npm run synth` does. @default false */
	readonly externalPackages?: boolean;
}

/** The same as `.ci/ts.mjs`. */
const EXTERNAL = ["cdktf", "constructs", "@cdktf/*", "cdktf-registry-guard"];

/** Bundles a TypeScript program for a process of its own; returns the file to start with node. */
export async function buildProgram(
	entry: string,
	{ externalPackages = false }: BuildOptions = {},
): Promise<string> {
	const room = resolve(
		"dist/bench",
		resolve(entry, "..").split("/").at(-1) ?? "",
	);
	const outfile = resolve(room, basename(entry).replace(/\.ts$/, ".cjs"));
	await build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		...(externalPackages && { external: EXTERNAL }),
		platform: "node",
		target: "node20",
		format: "cjs",
		logLevel: "warning",
	});
	return outfile;
}
