// The whole unit suite with `cdktf` aliased to its community fork, in a copy of the project: the recipe of the README.
import { execFileSync, spawnSync } from "node:child_process";
import {
	cpSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const FORK = "0.24.0";
const root = fileURLToPath(new URL("../..", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "cdktn-"));
const LEFT_OUT = new Set([
	"node_modules",
	"dist",
	"cdktf.out",
	".git",
	"coverage",
	"package-lock.json",
]);

let passed = 0;
let failed = 0;
/** @param {string} name @param {boolean} ok @param {string} [detail] */
function report(name, ok, detail = "") {
	ok ? passed++ : failed++;
	console.log(
		`${ok ? "ok   " : "FAIL "} ${name}${ok ? "" : `\n${detail.replace(/^/gm, "      ")}`}`,
	);
}
/** @param {string} command @param {string[]} args */
function run(command, ...args) {
	const { status, stdout, stderr } = spawnSync(command, args, {
		cwd: copy,
		encoding: "utf8",
		maxBuffer: 256 * 1024 * 1024,
	});
	return { ok: status === 0, text: `${stdout}${stderr}` };
}

try {
	cpSync(root, copy, {
		recursive: true,
		filter: (path) => !LEFT_OUT.has(basename(path)),
	});
	const own = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
	own.devDependencies.cdktf = `npm:cdktn@${FORK}`;
	own.overrides = {
		"@cdktf/provider-kubernetes": { cdktf: "$cdktf" },
		"@cdktf/provider-vault": { cdktf: "$cdktf" },
	};
	writeFileSync(join(copy, "package.json"), JSON.stringify(own, null, "\t"));
	execFileSync(
		"npm",
		[
			"install",
			"--prefer-offline",
			"--no-audit",
			"--no-fund",
			"--loglevel=error",
		],
		{ cwd: copy, stdio: "inherit" },
	);

	const loaded = JSON.parse(
		readFileSync(join(copy, "node_modules/cdktf/package.json"), "utf8"),
	);
	report(
		`cdktf is ${loaded.name} ${loaded.version}`,
		loaded.name === "cdktn" && loaded.version === FORK,
	);
	const copies = run("npm", "ls", "cdktf", "--all", "--parseable");
	const folders = new Set(
		copies.text.split("\n").filter((line) => line.endsWith("/cdktf")),
	);
	report(
		"there is one copy of it",
		copies.ok && folders.size === 1,
		copies.text,
	);
	const types = run("npx", "--no-install", "tsc", "--noEmit");
	report("types", types.ok, types.text);
	const guard = run("node", ".ci/build.mjs", "guard");
	report("guard", guard.ok, guard.text);
	const synth = run("node", ".ci/ts.mjs", "stacks/main.ts");
	report("synth", synth.ok, synth.text);

	const output = join(copy, "unit.json");
	// its own output too: the summary is what a reader of the log looks for
	const suite = spawnSync(
		"npx",
		[
			"--no-install",
			"jest",
			"--ci",
			"--selectProjects",
			"unit",
			"integration",
			"--json",
			"--outputFile",
			output,
		],
		{ cwd: copy, stdio: ["ignore", "ignore", "inherit"] },
	);
	const result = JSON.parse(readFileSync(output, "utf8"));
	report(
		`unit and integration suites: ${result.numPassedTests} of ${result.numTotalTests}`,
		suite.status === 0 && result.numPassedTests > 0,
		"see above",
	);
	passed += result.numPassedTests;
	failed += result.numFailedTests;
} finally {
	rmSync(copy, { recursive: true, force: true });
}
console.log(`test:cdktn: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
