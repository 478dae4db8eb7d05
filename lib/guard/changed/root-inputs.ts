import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Environment } from "../inputs";
import type { Root } from "../roots/root";
import {
	codeOf,
	isTerraformFile,
	pathsIn,
	realPath,
	stringsIn,
} from "./terraform-text";

/** In any folder above it: what a hand-written root may depend on in ways that its code does not show. */
const GLOBAL = ["modules", "config.tfvars", "terragrunt.hcl"];
const OWN_FILE =
	/^(\.terraform|\.git|\.terragrunt-cache)$|\.tfstate(\.|$)|\.lock\.info$/;
/** A bound on the files of one root, modules and all. */
const MAX_FILES = 50_000;

/** Whether a name is that of something that Terraform writes itself. */
export function isOwnFile(name: string): boolean {
	return OWN_FILE.test(name);
}

/** Whether a path is another one, or below it. */
export function isUnder(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder + sep);
}

/** The folders above a folder, up to the top of the clone. */
function above(folder: string, top: string): readonly string[] {
	const up = dirname(folder);
	return folder === top || !isUnder(up, top) ? [] : [up, ...above(up, top)];
}

/** Nearest file of that name in the folders above. */
function inParents(folder: string, name: string): string | undefined {
	const up = dirname(folder);
	if (up === folder) return undefined;
	return existsSync(join(up, name)) ? join(up, name) : inParents(up, name);
}

/**
 * Files and folders, absolute, that decide what a hand-written root is: its own folder, what its links point at, the
 * paths that its code and that of its local modules name outside of it (`source`, `file()`, `templatefile()`, var
 * files, Terragrunt's includes), and the global ones. A path that only shows at run time counts as the folder that its
 * written part names. In doubt a root has one input too many.
 */
export function inputsOf(
	root: Root,
	top: string,
	env: Environment,
): readonly string[] {
	const inputs = new Set(
		above(root.folder, top).flatMap((up) =>
			GLOBAL.map((each) => join(up, each)),
		),
	);
	const parent = dirname(
		inParents(root.folder, "terragrunt.hcl") ?? join(top, "x"),
	);
	let files = 0;

	const add = (given: string): void => {
		const path = realPath(given);
		for (const each of [given, path]) {
			if (isUnder(each, top) && !inputs.has(each)) {
				inputs.add(each);
				// what is above the root counts as a whole, and need not be read for that
				if (!isUnder(root.folder, each)) read(each);
			}
		}
	};
	const read = (path: string): void => {
		const stats = statSync(path, { throwIfNoEntry: false });
		if (stats?.isDirectory()) readFolder(path);
		else if (stats?.isFile() && isTerraformFile(path))
			readCode(path, dirname(path));
	};
	const readFolder = (folder: string): void => {
		let entries: Dirent[] = [];
		try {
			entries = readdirSync(folder, { withFileTypes: true });
		} catch {
			return;
		}
		for (const entry of entries) {
			const path = join(folder, entry.name);
			if (isOwnFile(entry.name) || ++files > MAX_FILES) continue;
			if (entry.isSymbolicLink()) add(realPath(path));
			else if (entry.isDirectory()) readFolder(path);
			else if (isTerraformFile(entry.name)) readCode(path, folder);
		}
	};
	const readCode = (file: string, folder: string): void => {
		const code = codeOf(file);
		const call = /find_in_parent_folders\(\s*(?:"([^"]*)")?/g;
		for (const [, name = "terragrunt.hcl"] of code.matchAll(call)) {
			const found = inParents(root.folder, name);
			if (found) add(found);
		}
		for (const text of new Set([...stringsIn(code), ...pathsIn(code)]))
			for (const path of leadsTo(text, folder)) add(path);
	};
	/** Where a string leads outside of the folder it stands in; from there, and from the root, where Terraform runs. */
	const leadsTo = (text: string, folder: string): readonly string[] => {
		const [written = ""] = text
			.replace(/\$\{\s*path\.module\s*\}/g, folder)
			.replace(
				/\$\{\s*(path\.(root|cwd)|get_(original_)?terragrunt_dir\(\))\s*\}/g,
				root.folder,
			)
			.replace(/\$\{\s*get_repo_root\(\)\s*\}/g, top)
			.replace(/\$\{\s*get_parent_terragrunt_dir\(\)\s*\}/g, parent)
			.split(/\$\{|%\{|\?|\*/);
		const leaves = written.startsWith("/") || /(^|\/)\.\.(\/|$)/.test(written);
		if (!leaves || written.includes("://") || written.includes("\\")) return [];
		// `../modules//network` is a folder in a package
		const path = written.replace(/(.)\/\/+/g, "$1/");
		return [resolve(folder, path), resolve(root.folder, path)];
	};

	inputs.add(root.folder);
	readFolder(root.folder);
	for (const [name, value = ""] of Object.entries(env))
		if (/^TF_CLI_ARGS(_plan|_apply)?$/.test(name))
			for (const [, path = ""] of value.matchAll(
				/-var-file[= ]['"]?([^\s'"]+)/g,
			))
				add(resolve(root.folder, path));
	return [...inputs];
}
