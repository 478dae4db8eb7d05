import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseCommandLine } from "../../../lib/guard/command-line";
import type { ApplyConfig, DriftConfig } from "../../../lib/guard/config";
import { parseConfig } from "../../../lib/guard/parse-config";

const parse = <T>(
	argv: readonly string[],
	env: Record<string, string> = {},
): T =>
	parseConfig(parseCommandLine(argv), env, () => {
		throw new Error("no file");
	}) as T;
// folders of this repository: roots are looked for on disk
const NONE = "test/guard";

describe("commands that run Terraform", () => {
	test("every mistake at once", () => {
		const wrong = () =>
			parse([
				"drift",
				NONE,
				"nowhere",
				"--parallel",
				"65",
				"--timeout",
				"soon",
				"--push",
				"ftp://x",
			]);
		for (const part of [
			'root "test/guard": no *.tf',
			'root "nowhere": no such folder',
			"--parallel",
			"--timeout",
			"--push",
		])
			expect(wrong).toThrow(part);
	});
	test.each([
		["a name that is too long", "a".repeat(5000)],
		["no path at all", "\0"],
	])("%s is told as no folder", (_name, root) => {
		expect(() => parse(["changed", root, "--base", "x"])).toThrow(
			/^root ".*no such folder/,
		);
	});
	test("no roots, no base", () => {
		expect(() => parse(["drift"])).toThrow("ROOTS: missing");
		expect(() => parse(["changed", NONE])).toThrow("--base: missing");
		expect(() => parse(["apply", NONE, "--base", "a..b c"])).toThrow(
			"a revision as git takes it",
		);
	});
	test("flags of one are no flags of the other", () => {
		expect(() => parse(["changed", NONE, "--base", "x", "--locks"])).toThrow(
			"--locks: no flag of changed",
		);
		expect(() =>
			parse<ApplyConfig>(["apply", NONE, "--push", "http://x"]),
		).toThrow("--push: no flag of apply");
	});
	test("the job is drift's own unless another is given", () => {
		const root = "test/guard/roots/fixture";
		const { push } = parse<DriftConfig>(["drift", root], {
			PUSHGATEWAY: "http://gateway:9091",
		});
		expect(push).toEqual({
			url: "http://gateway:9091",
			job: "drift-detection",
		});
	});

	test("Terraform is what the PATH has, else OpenTofu; a path holds in every folder", () => {
		const root = "test/guard/roots/fixture";
		const folder = mkdtempSync(join(tmpdir(), "path-"));
		const put = (name: string) =>
			writeFileSync(join(folder, name), "", { mode: 0o755 });
		const words = (argv: readonly string[] = [], env = {}) =>
			parse<DriftConfig>(["drift", root, ...argv], { PATH: folder, ...env })
				.tools.terraform;
		try {
			expect(words()).toEqual(["terraform"]);
			put("tofu");
			expect(words()).toEqual(["tofu"]);
			put("terraform");
			expect(words()).toEqual(["terraform"]);
			expect(words([], { TERRAFORM_BINARY_NAME: "tofu" })).toEqual(["tofu"]);
			expect(words(["--terraform", "bin/tf -x"])).toEqual([
				resolve("bin/tf"),
				"-x",
			]);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
