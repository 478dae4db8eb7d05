// Builds what is shipped. `build.mjs guard`: only the runtime bundle (fast, what tests and synth need);
// without an argument: the bundle, the npm bin and the typed CommonJS library.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";

const { version } = JSON.parse(readFileSync("package.json", "utf8"));

/** @param {string} entry @param {string} outfile */
const bundle = (entry, outfile) =>
	build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		platform: "node",
		target: "node20",
		// CommonJS inside the module: its requires run when they are reached, imports would all run before `--version`
		format: "cjs",
		minifySyntax: true,
		minifyWhitespace: true,
		// a ConfigMap holds the bundle: short names are a third of it
		minifyIdentifiers: true,
		legalComments: "none",
		banner: {
			js: '#!/usr/bin/env node\nimport{createRequire}from"node:module";const require=createRequire(import.meta.url);',
		},
		define: { GUARD_VERSION: JSON.stringify(version) },
		logLevel: "warning",
	});

const only = process.argv[2];
await bundle("lib/guard/main.ts", "dist/guard.mjs");
if (only !== "guard") {
	await bundle("lib/cli/main.ts", "dist/cli.mjs");
	chmodSync("dist/cli.mjs", 0o755);
	rmSync("dist/lib", { recursive: true, force: true });
	execFileSync("npx", ["--no-install", "tsc", "-p", "tsconfig.build.json"], {
		stdio: "inherit",
	});
}
