// Runs a TypeScript entry point: `ts.mjs FILE [ARG...]` bundles it and starts it in this process.
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [entry, ...args] = process.argv.slice(2);
const outfile = resolve("dist/run", basename(entry).replace(/\.ts$/, ".cjs"));
await build({
	entryPoints: [entry],
	outfile,
	bundle: true,
	// of cdktf there must never be two copies, and the guard's bundle is found by this package's name; all else loads
	// faster from one file
	external: [
		"cdktf",
		"constructs",
		"@cdktf/*",
		"cdktf-registry-guard",
		"esbuild",
	],
	platform: "node",
	target: "node20",
	format: "cjs",
	sourcemap: "inline",
	logLevel: "warning",
});
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);
