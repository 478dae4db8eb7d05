import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";

const { suite, programs } = requirePrograms("shellcheck");
const ROOT = join(__dirname, "../..");
/** Folders that scripts live in, whatever they are called. */
const FOLDERS = ["ci", ".ci", "generated", "test/support"];

/** Files that the kernel would give to a shell. */
function scripts(): readonly string[] {
	return FOLDERS.map((folder) => join(ROOT, folder))
		.filter((folder) => existsSync(folder))
		.flatMap((folder) =>
			readdirSync(folder, { recursive: true, withFileTypes: true }),
		)
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((file) =>
			/^#!.*\b(ba|da|k)?sh\b/.test(
				readFileSync(file, "utf8").split("\n", 1)[0] ?? "",
			),
		)
		.map((file) => relative(ROOT, file))
		.sort();
}

suite("every script, by shellcheck", () => {
	const found = scripts();

	test("the scripts of the steps are among them", () => {
		expect(found).toEqual(
			expect.arrayContaining([
				".ci/run",
				"ci/lib/machine",
				"ci/notify",
				"ci/registry-config-sync",
				"ci/registry-config-sync.remote",
			]),
		);
	});

	test.each(found)("%s", async (script) => {
		const ran = await runProgram(programs.shellcheck, [
			"-x",
			join(ROOT, script),
		]);
		expect(ran.stdout + ran.stderr).toBe("");
		expect(ran.code).toBe(0);
	});
});
