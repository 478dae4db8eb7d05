// Runs a TypeScript entry point: `ts.mjs FILE [ARG...]` bundles it with all its packages, unless it did so already and
// nothing has changed since, and starts it in this process. One file loads several times faster than cdktf's hundreds.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { relative, resolve } from "node:path";

const [entry, ...args] = process.argv.slice(2);
const outfile = resolve(
	"dist/run",
	relative("", entry).replace(/\W/g, "-").replace(/-ts$/, ".cjs"),
);
const stamps = `${outfile}.inputs.json`;

/** @param {string} path */
const stamp = (path) => {
	const { mtimeMs, size } = statSync(path);
	return [path, mtimeMs, size];
};

function isFresh() {
	try {
		const seen = JSON.parse(readFileSync(stamps, "utf8"));
		return seen.every(([path, mtime, size]) => {
			const now = statSync(path);
			return now.mtimeMs === mtime && now.size === size;
		});
	} catch {
		return false;
	}
}

if (!isFresh()) {
	const { build } = await import("esbuild");
	const { metafile } = await build({
		entryPoints: [entry],
		outfile,
		bundle: true,
		// the guard's bundle is found by this package's name, esbuild is a program
		external: ["cdktf-registry-guard", "esbuild"],
		platform: "node",
		target: "node20",
		format: "cjs",
		sourcemap: "linked",
		metafile: true,
		logLevel: "warning",
	});
	const inputs = [
		entry,
		outfile,
		"package.json",
		...Object.keys(metafile.inputs),
	];
	writeFileSync(stamps, JSON.stringify(inputs.map(stamp)));
}
process.argv = [process.argv[0], outfile, ...args];
createRequire(import.meta.url)(outfile);
