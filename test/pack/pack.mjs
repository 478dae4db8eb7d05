// The packed package, as a stranger meets it: packed, installed into a fresh CDKTF project, type-checked, synthesized, run.
// `pack.mjs --list` only prints what the package holds, in the form of test/golden/pack.txt.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	cpSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const project = mkdtempSync(join(tmpdir(), "pack-"));

/** @param {string} cwd @param {string} command @param {string[]} args @param {Record<string, string>} [env] */
function run(cwd, command, args, env = {}) {
	try {
		return execFileSync(command, args, {
			cwd,
			env: { ...process.env, ...env },
			encoding: "utf8",
			stdio: ["ignore", "pipe", "pipe"],
			maxBuffer: 64 * 1024 * 1024,
		});
	} catch (error) {
		throw new Error(
			`${command} ${args.join(" ")}: exit ${error.status}\n${error.stdout}${error.stderr}`,
		);
	}
}
const npm = (...args) =>
	run(project, "npm", [
		...args,
		"--prefer-offline",
		"--no-audit",
		"--no-fund",
		"--loglevel=error",
	]);

const synthesized = (stack, outdir = "cdktf.out") =>
	JSON.parse(
		readFileSync(join(project, outdir, "stacks", stack, "cdk.tf.json"), "utf8"),
	);

/** One line for the modules of a folder of dist/lib (each has its three files), one line for any other file. What the
 * library takes of the guard is told by name: nobody's stack should load the program. */
function collapsed(paths) {
	const modules = new Map();
	const lines = new Set();
	for (const path of paths) {
		const [, name, kind] =
			/^(dist\/lib\/.+?)\.(d\.ts|js\.map|js)$/.exec(path) ?? [];
		if (name) modules.set(name, [...(modules.get(name) ?? []), kind].sort());
		else lines.add(path);
	}
	for (const [name, kinds] of modules) {
		const told = name.startsWith("dist/lib/guard/")
			? name
			: `${dirname(name)}/*`;
		lines.add(`${told}.{${kinds.join()}}`);
	}
	return [...lines].sort();
}

const STACKS = ["credentials", "probe", "alerts", "dashboard", "theirs"];

let passed = 0;
let failed = 0;
/** @param {string} name @param {() => void} body */
function test(name, body) {
	try {
		body();
		passed++;
		console.log(`ok    ${name}`);
	} catch (error) {
		failed++;
		console.log(
			`FAIL  ${name}\n${String(error.message ?? error).replace(/^/gm, "      ")}`,
		);
	}
}

try {
	// prepack builds guard, bin and library first
	const [packed] = JSON.parse(
		run(root, "npm", [
			"pack",
			"--json",
			"--loglevel=error",
			"--pack-destination",
			project,
		]).replace(/^[^[]*/, ""),
	);
	const listed = collapsed(packed.files.map(({ path }) => path));
	if (process.argv.includes("--list")) console.log(listed.join("\n"));
	else inspect(packed, listed);
} finally {
	rmSync(project, { recursive: true, force: true });
}
if (!process.argv.includes("--list"))
	console.log(`test:pack: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function inspect(packed, listed) {
	test("the package holds what it needs and nothing else (test/golden/pack.txt)", () => {
		const golden = readFileSync(join(root, "test/golden/pack.txt"), "utf8")
			.trim()
			.split("\n");
		const differences = [
			...listed
				.filter((line) => !golden.includes(line))
				.map((line) => `+ ${line}`),
			...golden
				.filter((line) => !listed.includes(line))
				.map((line) => `- ${line}`),
		];
		assert.equal(
			differences.join("\n"),
			"",
			`${differences.join("\n")}\nif that was meant: node test/pack/pack.mjs --list > test/golden/pack.txt`,
		);
	});
	test("every module has its types and its source map", () => {
		const modules = listed.filter((line) => line.startsWith("dist/lib/"));
		assert.ok(modules.length > 20, `${modules.length} modules`);
		assert.deepEqual(
			modules.filter((line) => !line.endsWith(".{d.ts,js,js.map}")),
			[],
		);
	});

	const version = (name) => `${name}@${own.devDependencies[name]}`;
	writeFileSync(
		join(project, "package.json"),
		JSON.stringify({ name: "consumer", private: true }),
	);
	const dependencies = [
		"cdktf",
		"constructs",
		"@cdktf/provider-kubernetes",
		"@cdktf/provider-vault",
		"typescript",
		"@types/node",
	].map(version);
	test("npm installs it beside the pinned peers, without overrides", () => {
		npm("install", `./${packed.filename}`, ...dependencies);
		npm("ls", "--all");
	});
	test("it brings its own dependencies and no second cdktf", () => {
		const tree = JSON.parse(npm("ls", "--json", "--all"));
		const installed = Object.keys(
			tree.dependencies[own.name].dependencies ?? {},
		);
		const wanted = Object.keys({
			...own.dependencies,
			...own.peerDependencies,
		});
		assert.deepEqual(installed.sort(), wanted.sort());
		assert.equal(
			npm("ls", "cdktf", "--parseable", "--all").trim().split("\n").length,
			1,
		);
	});

	cpSync(join(root, "test/pack/consumer"), project, { recursive: true });
	// the same text as an ES module
	cpSync(join(project, "main.ts"), join(project, "main.mts"));
	test("a stranger's app type-checks, declarations included, as CommonJS and as ES module", () => {
		run(project, "npx", ["--no-install", "tsc", "-p", "."]);
	});
	test("CommonJS: each construct works alone inside somebody else's stack", () => {
		run(project, "node", ["main.js"]);
		for (const stack of STACKS)
			assert.ok(Object.keys(synthesized(stack).resource).length > 0, stack);
	});
	test("resources are fields, and what is set on them counts", () => {
		const [job] = Object.values(
			synthesized("probe").resource.kubernetes_cron_job_v1,
		);
		assert.equal(job.spec.suspend, true);
	});
	test("the guard is embedded byte for byte", () => {
		const stack = synthesized("theirs");
		const texts = Object.values(stack.resource.kubernetes_config_map_v1)
			.map(({ data }) => data["guard.mjs"])
			.filter(Boolean);
		assert.equal(texts.length, 1);
		const guard = readFileSync(
			join(project, "node_modules", own.name, "dist/guard.mjs"),
			"utf8",
		);
		// Terraform reads $${ and %%{ as ${ and %{
		assert.equal(texts[0].replace(/([$%])\1\{/g, "$1{"), guard);
		assert.equal(guard, readFileSync(join(root, "dist/guard.mjs"), "utf8"));
	});
	test("ES module: the same exports by name, the same output", () => {
		run(project, "node", ["main.mjs"], { CDKTF_OUTDIR: "esm.out" });
		for (const stack of STACKS)
			assert.deepEqual(synthesized(stack, "esm.out"), synthesized(stack));
	});
	test("npx cdktf-registry-guard runs: version, help, and a registry that is not there", () => {
		const bin = (...args) =>
			run(project, "npx", ["--no-install", own.name, ...args]);
		assert.match(
			bin("--version"),
			new RegExp(`(^|\\s)${own.version.replaceAll(".", "\\.")}\\s*$`),
		);
		assert.match(bin("--help"), /probe[\s\S]*verify[\s\S]*doctor[\s\S]*forget/);
		assert.throws(() => bin("doctor", "http://127.0.0.1:9"), /exit 3/);
		assert.throws(() => bin("no-such-command"), /exit 2/);
	});
	test("npx cdktf-registry-guard lint: what loses images, by name", () => {
		writeFileSync(
			join(project, "crontab"),
			"0 3 * * 0 docker exec registry registry garbage-collect -m /etc/docker/registry/config.yml\n",
		);
		assert.throws(
			() => run(project, "npx", ["--no-install", own.name, "lint", "crontab"]),
			/exit 1[\s\S]*gc-delete-untagged/,
		);
	});
	test("only the listed entry points resolve", () => {
		const resolves = (path) =>
			run(project, "node", [
				"-p",
				`require.resolve(${JSON.stringify(path)})`,
			]).trim();
		for (const path of Object.keys(own.exports)) {
			assert.ok(
				resolves(path.replace(/^\./, own.name)).startsWith(project),
				path,
			);
		}
		assert.throws(
			() => resolves(`${own.name}/dist/lib/registry.js`),
			/ERR_PACKAGE_PATH_NOT_EXPORTED/,
		);
	});
	test("the report's schema is JSON", () => {
		run(project, "node", [
			"-e",
			`require("${own.name}/report.schema.json").$schema.length`,
		]);
	});
}
