import { spawnSync } from "node:child_process";
import {
	appendFileSync,
	cpSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

jest.setTimeout(60_000);

/** Another checkout of the project, somewhere else. */
let checkout: string;
beforeAll(() => {
	checkout = mkdtempSync(join(tmpdir(), "checkout-"));
	for (const path of [
		"lib",
		"stacks",
		"generated",
		"docs",
		".ci",
		"package.json",
		"tsconfig.json",
		"dist/guard.mjs",
	]) {
		cpSync(path, join(checkout, path), { recursive: true });
	}
	symlinkSync(
		join(process.cwd(), "node_modules"),
		join(checkout, "node_modules"),
	);
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

function run(
	cwd: string,
	args: readonly string[],
	env: Record<string, string> = {},
) {
	const { CDKTF_OUTDIR, CDKTF_CONTEXT_JSON, DEBUG, ...inherited } = process.env;
	return spawnSync("node", [".ci/ts.mjs", ...args], {
		cwd,
		env: { ...inherited, ...env },
		encoding: "utf8",
	});
}

function tree(folder: string): Record<string, string> {
	const files = readdirSync(folder, {
		recursive: true,
		withFileTypes: true,
	}).filter((entry) => entry.isFile());
	return Object.fromEntries(
		files.map((entry) => {
			const path = join(entry.parentPath, entry.name);
			return [path.slice(folder.length + 1), readFileSync(path, "utf8")];
		}),
	);
}

describe("synth, as npm run synth starts it", () => {
	let first: ReturnType<typeof run>;
	beforeAll(() => {
		first = run(checkout, ["stacks/main.ts"]);
	});

	test("says what it made and what to do next", () => {
		expect(first.stderr).toBe("");
		expect(first.status).toBe(0);
		expect(first.stdout).toMatch(
			/^monitoring {2}\d+ resources {2}cdktf\.out\/stacks\/monitoring\/cdk\.tf\.json {2}state: terraform\.monitoring\.tfstate$/m,
		);
		expect(first.stdout).toMatch(
			/^alerts {6}1 resource {4}cdktf\.out\/stacks\/alerts\/cdk\.tf\.json {6}state: terraform\.alerts\.tfstate$/m,
		);
		expect(first.stdout).toMatch(
			/^next: npx cdktf-cli@0\.21\.0 diff monitoring/m,
		);
	});

	test("writes the same bytes from any checkout, again, and into CDKTF_OUTDIR, of which it makes every folder", () => {
		const expected = tree(join(checkout, "cdktf.out"));
		expect(Object.keys(expected).sort()).toEqual([
			"manifest.json",
			"stacks/alerts/cdk.tf.json",
			"stacks/monitoring/cdk.tf.json",
		]);
		const outdir = join(checkout, "some/where/else");
		const second = run(process.cwd(), ["stacks/main.ts"], {
			CDKTF_OUTDIR: outdir,
		});
		expect(second.stderr).toBe("");
		expect(tree(outdir)).toEqual(expected);
		expect(second.stdout).toContain(
			`note: the output is not directly in this folder, so the local state is looked for in ${join(checkout, "some/where")}`,
		);
	});

	test("context of the CLI is taken", () => {
		const outdir = join(checkout, "context");
		const context = JSON.stringify({ excludeStackIdFromLogicalIds: "true" });
		expect(
			run(checkout, ["stacks/main.ts"], {
				CDKTF_OUTDIR: outdir,
				CDKTF_CONTEXT_JSON: context,
			}).status,
		).toBe(0);
		expect(tree(outdir)).toEqual(tree(join(checkout, "cdktf.out")));
	});
});

describe("malformed settings", () => {
	const file = () => join(checkout, "stacks/settings.ts");
	let good: string;
	beforeEach(() => {
		good = readFileSync(file(), "utf8");
	});
	afterEach(() => writeFileSync(file(), good));

	test.each([
		[
			'kind: "local"',
			'kind: "loca"',
			'error: settings: backend.kind: got "loca", wanted one of local, pg, kubernetes, s3\n',
		],
		[
			'name: "registry",',
			'name: "Registry",',
			'error: registry.name: got "Registry", wanted a DNS label\n',
		],
		['"*/15 * * * *"', '"*/15 * * * 7"', "error: schedule: got "],
	])("%s as %s: exit 1, one line, no trace", (from, to, message) => {
		expect(good).toContain(from);
		writeFileSync(file(), good.replace(from, to));
		const { status, stderr, stdout } = run(checkout, ["stacks/main.ts"]);
		expect(stderr.startsWith(message)).toBe(true);
		expect(stderr.trim().split("\n")).toHaveLength(1);
		expect([status, stdout]).toEqual([1, ""]);
	});
});

describe("generate", () => {
	test("what is committed is what the settings give", () => {
		const { status, stdout, stderr } = run(process.cwd(), [
			"stacks/generate.ts",
			"--check",
		]);
		expect([status, stderr, stdout]).toEqual([
			0,
			"",
			expect.stringMatching(
				/^\d+ generated files, 0 differ from what is committed\n$/,
			),
		]);
	});

	test("--check names what differs, is missing or stale, and changes nothing; without it all is mended", () => {
		const at = (path: string) => join(checkout, path);
		run(checkout, ["stacks/generate.ts"]);
		const before = tree(at("generated"));
		appendFileSync(at("docs/reference.md"), "by hand\n");
		rmSync(at("generated/alerts/scrape-configs.yml"));
		writeFileSync(at("generated/alerts/old.yml"), "");
		const { status, stdout, stderr } = run(checkout, [
			"stacks/generate.ts",
			"--check",
		]);
		expect([status, stderr]).toEqual([1, "run: npm run generate\n"]);
		expect(stdout).toMatch(
			/^differs: docs\/reference\.md\nstale: generated\/alerts\/old\.yml\nmissing: generated\/alerts\/scrape-configs\.yml\n\d+ generated files, 3 differ/,
		);
		expect(run(checkout, ["stacks/generate.ts"]).status).toBe(0);
		expect(run(checkout, ["stacks/generate.ts", "--check"]).status).toBe(0);
		expect(tree(at("generated"))).toEqual(before);
	});

	test("an argument that it does not know is exit 2", () => {
		const { status, stderr } = run(checkout, ["stacks/generate.ts", "--chekc"]);
		expect([status, stderr]).toEqual([
			2,
			"got --chekc, wanted nothing (write the files) or --check (compare only)\n",
		]);
	});
});
