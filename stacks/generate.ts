import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { compareFiles, type Difference, modeOf } from "./compare-files";

const WRITTEN = {
	missing: "new",
	differs: "changed",
	stale: "removed",
	foreign: "not ours, left alone",
};

async function main(args: readonly string[]): Promise<void> {
	const unknown = args.filter((arg) => arg !== "--check");
	if (unknown.length > 0) {
		process.stderr.write(
			`got ${unknown.join(" ")}, wanted nothing (write the files) or --check (compare only)\n`,
		);
		process.exitCode = 2;
		return;
	}
	const check = args.includes("--check");
	// late: a registry that is wrong throws while the settings load
	const { settings } = await import("./settings.js");
	const { generatedFiles } = await import("./generated-files.js");
	const files = generatedFiles(settings);
	const differences = compareFiles(files);
	for (const difference of differences) {
		if (!check) apply(difference, files);
		const { kind, path } = difference;
		process.stdout.write(`${check ? kind : WRITTEN[kind]}: ${path}\n`);
	}
	process.stdout.write(
		`${Object.keys(files).length} generated files, ${differences.length} ${check ? "differ from what is committed" : "changed"}\n`,
	);
	if (differences.some(({ kind }) => kind === "foreign")) {
		process.stderr.write(
			"rename the file that is not ours, or remove it, and generate again\n",
		);
		process.exitCode = 1;
	} else if (check && differences.length > 0) {
		process.stderr.write("run: npm run generate\n");
		process.exitCode = 1;
	}
}

function apply(
	{ path, kind }: Difference,
	files: Readonly<Record<string, string>>,
): void {
	if (kind === "stale") rmSync(path);
	else if (kind !== "foreign") {
		const text = files[path] ?? "";
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, text);
		chmodSync(path, modeOf(text));
	}
}

main(process.argv.slice(2)).catch((error: Error) => {
	process.stderr.write(
		`error: ${process.env.DEBUG ? error.stack : error.message}\n`,
	);
	process.exitCode = 1;
});
