// Runs a TypeScript entry point: `ts.mjs FILE [ARG...]` bundles it (packages stay external) and starts it in this process.
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const [entry, ...args] = process.argv.slice(2);
const outfile = resolve("dist/run", basename(entry).replace(/\.ts$/, ".cjs"));
await build({
	entryPoints: [entry],
	outfile,
	bundle: true,
	packages: "external",
	platform: "node",
	target: "node20",
	format: "cjs",
	sourcemap: "inline",
	logLevel: "warning",
});
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);
