import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { compareFiles } from "./compare-files";
import { generatedFiles } from "./generated-files";
import { settings } from "./settings";

const args = process.argv.slice(2);
const check = args.includes("--check");
const unknown = args.filter((arg) => arg !== "--check");
if (unknown.length > 0) {
	process.stderr.write(
		`got ${unknown.join(" ")}, wanted nothing (write the files) or --check (compare only)\n`,
	);
	process.exitCode = 2;
} else {
	const files = generatedFiles(settings);
	const differences = compareFiles(files);
	for (const { path, kind } of differences) {
		if (!check && kind === "stale") rmSync(path);
		else if (!check) {
			mkdirSync(dirname(path), { recursive: true });
			writeFileSync(path, files[path] ?? "");
		}
		process.stdout.write(`${check ? kind : written(kind)}: ${path}\n`);
	}
	const count = Object.keys(files).length;
	process.stdout.write(
		`${count} generated files, ${differences.length} ${check ? "differ from what is committed" : "changed"}\n`,
	);
	if (check && differences.length > 0) {
		process.stderr.write("run: npm run generate\n");
		process.exitCode = 1;
	}
}

function written(kind: "missing" | "differs" | "stale"): string {
	return { missing: "new", differs: "changed", stale: "removed" }[kind];
}
