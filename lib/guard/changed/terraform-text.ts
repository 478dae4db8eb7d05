import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

const STRING = '"(?:[^"\\\\\\n]|\\\\.)*"';
const COMMENT = new RegExp(`(${STRING})|#.*|//.*|/\\*[\\s\\S]*?\\*/`, "g");
const TOKEN = new RegExp(`${STRING}|[{}]`, "g");
const TERRAFORM_FILE = /\.(tf|tofu)(\.json)?$|\.hcl$|\.tfvars(\.json)?$/;

/** Whether Terraform or Terragrunt reads a file as code or as values. */
export function isTerraformFile(name: string): boolean {
	return TERRAFORM_FILE.test(name) && name !== ".terraform.lock.hcl";
}

/** Text of a file without the comments of HCL; "" where it cannot be read. */
export function codeOf(path: string): string {
	try {
		const text = readFileSync(path, "utf8");
		return path.endsWith(".json") ? text : text.replace(COMMENT, "$1");
	} catch {
		return "";
	}
}

/** Code of every Terraform file directly in a folder, by its name. */
export function codeIn(folder: string): ReadonlyMap<string, string> {
	return new Map(
		readdirSync(folder)
			.filter(isTerraformFile)
			.sort()
			.map((name) => [name, codeOf(join(folder, name))]),
	);
}

/** Contents of the quoted strings of a piece of code. */
export function stringsIn(code: string): readonly string[] {
	return (code.match(new RegExp(STRING, "g")) ?? []).map((each) =>
		each.slice(1, -1),
	);
}

/** Runs of what paths are written with, quoted or not: a string inside the `${}` of another is none to `stringsIn`. */
export function pathsIn(code: string): readonly string[] {
	return code.match(/(?:\$\{\s*[\w.]+(?:\(\))?\s*\}|[\w.@%+~:/-])+/g) ?? [];
}

/** Every block or object that a pattern ending in `{` opens: the pattern's first group and what is between the braces. */
export function blocksIn(
	code: string,
	head: RegExp,
): readonly { readonly label: string; readonly body: string }[] {
	return [...code.matchAll(new RegExp(head, "g"))].map((found) => {
		const start = found.index + found[0].length;
		TOKEN.lastIndex = start;
		let depth = 1;
		let end = code.length;
		for (let token = TOKEN.exec(code); token; token = TOKEN.exec(code)) {
			if (token[0] === "{") depth++;
			if (token[0] === "}" && --depth === 0) {
				end = token.index;
				break;
			}
		}
		return { label: found[1] ?? "", body: code.slice(start, end) };
	});
}

/** The path with its links resolved, as far as it is there. */
export function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}
