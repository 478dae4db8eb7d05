import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes files below a folder: path to text. */
export function writeFiles(
	folder: string,
	files: Readonly<Record<string, string>>,
): void {
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
}

/** A folder for Terraform in which nothing but what is built in is needed: one resource that is what `input` says. */
export function dataRoot(input: string, more = ""): string {
	return `resource "terraform_data" "thing" {\n  input = ${JSON.stringify(input)}\n}\noutput "thing" {\n  value = terraform_data.thing.output\n}\n${more}`;
}

/** Runs a program in a folder to its end. @throws Error with what it printed where it fails */
export function must(
	folder: string,
	[program = "", ...args]: readonly string[],
	env: Readonly<Record<string, string>> = {},
): string {
	const { status, stdout, stderr, error } = spawnSync(program, args, {
		cwd: folder,
		encoding: "utf8",
		env: { PATH: process.env.PATH, CHECKPOINT_DISABLE: "1", ...env },
	});
	if (error) throw error;
	if (status !== 0)
		throw new Error(
			`${program} ${args.join(" ")}: exit ${status}\n${stdout}${stderr}`,
		);
	return stdout;
}
