import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";

/** Whether a module source is a folder of this machine, as Terraform and cdktf decide it. */
export function isLocalModule(source: string): boolean {
	return /^\.\.?\//.test(source) || isAbsolute(source);
}

/**
 * A module source as Terraform finds it from the stack's folder. cdktf would copy a local folder into its output, without
 * the siblings that a module reaches by `../`; a relative path to the folder itself keeps them, and is the same in every checkout.
 *
 * @param source a folder from where synth runs, or any other source, which comes back as it is.
 * @throws Error if the folder does not exist, or is one but not written as one.
 */
export function localModule(source: string, stackFolder: string): string {
	if (!isLocalModule(source)) {
		if (existsSync(source)) {
			throw new Error(
				`monitoringModule.source: got ${JSON.stringify(source)}, wanted ${JSON.stringify(`./${source}`)}: Terraform takes the other for an address in a registry`,
			);
		}
		return source;
	}
	assertFolder(source);
	return relative(stackFolder, source);
}

/** The Terraform text of a local module without its comments; undefined for any other source. @throws Error if the folder does not exist. */
export function moduleText(source: string): string | undefined {
	if (!isLocalModule(source)) return undefined;
	assertFolder(source);
	return readdirSync(source)
		.filter((name) => name.endsWith(".tf"))
		.map((name) => readFileSync(join(source, name), "utf8"))
		.join("\n")
		.replace(/\/\*[\s\S]*?\*\/|^\s*(#|\/\/).*$/gm, "");
}

function assertFolder(source: string): void {
	if (!existsSync(source) || !statSync(source).isDirectory()) {
		throw new Error(
			`monitoringModule.source: got ${JSON.stringify(source)}, wanted a folder that exists (from ${resolve()})`,
		);
	}
}
