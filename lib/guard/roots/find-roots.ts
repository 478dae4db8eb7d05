import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, normalize } from "node:path";
import { parseGlob } from "../glob";
import type { Inputs } from "../inputs";
import { shown } from "../usage-error";
import type { Root, RootKind } from "./root";

const CODE = /\.(tf|tofu)(\.json)?$/;

/** Names in a folder, sorted; none where it cannot be read. */
function namesIn(folder: string): readonly string[] {
	try {
		return readdirSync(folder || ".").sort();
	} catch {
		return [];
	}
}

/** No path that cannot be looked at is one: a name that is too long, a loop of links. */
function isFolder(path: string): boolean {
	try {
		return statSync(path || ".").isDirectory();
	} catch {
		return false;
	}
}

/** What Terraform finds in a folder; undefined: nothing, it is no root. */
function kindOf(folder: string): RootKind | undefined {
	const names = namesIn(folder);
	if (names.includes("cdk.tf.json")) return "cdktf";
	if (names.includes("terragrunt.hcl")) return "terragrunt";
	return names.some((each) => CODE.test(each)) ? "hcl" : undefined;
}

/** Whether a folder with a `terragrunt.hcl` is a root, and not the parent folder that roots include it from. */
function isUnit(folder: string): boolean {
	return (
		namesIn(folder).some((name) => CODE.test(name)) ||
		/^\s*include\b|\bsource\s*=/m.test(
			readFileSync(join(folder, "terragrunt.hcl"), "utf8"),
		)
	);
}

/** Roots directly below a folder. */
function childrenOf(folder: string): readonly string[] {
	return namesIn(folder)
		.filter((name) => !name.startsWith("."))
		.map((name) => join(folder, name))
		.filter((path) => isFolder(path) && kindOf(path) !== undefined);
}

/** Folders that a path with `*` in it names; `*` stops at a slash. */
function matches(pattern: string): readonly string[] {
	let found = [pattern.startsWith("/") ? "/" : ""];
	for (const part of pattern.split("/").filter(Boolean)) {
		const fits = parseGlob(part);
		found = found.flatMap((base) =>
			part.includes("*")
				? namesIn(base)
						.filter((name) => !name.startsWith(".") && fits(name))
						.map((name) => join(base, name))
				: [join(base, part)],
		);
	}
	return found.filter(isFolder);
}

/**
 * The roots that operands name: a root itself, the parent folder of roots, `cdktf.out`, or a glob over either, which
 * passes over what is no root.
 */
function expand(operand: string): readonly string[] {
	if (operand.includes("*"))
		return matches(operand).flatMap((path) =>
			kindOf(path) ? [path] : childrenOf(path),
		);
	const kind = kindOf(operand);
	if (kind === "cdktf" || kind === "hcl") return [operand];
	const children = childrenOf(operand);
	if (kind && (children.length === 0 || isUnit(operand))) return [operand];
	return children.length > 0 ? children : childrenOf(join(operand, "stacks"));
}

/** Reads the operands ROOTS...; what is no root, and a folder that is named twice, is a mistake. */
export function findRoots(inputs: Inputs): readonly Root[] {
	const { operands } = inputs;
	if (operands.length === 0)
		inputs.refuse(
			"ROOTS: missing",
			"folders that Terraform runs in, their parent folder, or a glob",
			`write guard ${inputs.command} stacks cdktf.out`,
		);
	const found = new Map<string, Omit<Root, "stack"> & { from: string }>();
	for (const operand of operands) {
		const from = shown(operand);
		const paths = expand(operand);
		if (paths.length === 0)
			inputs.refuse(
				`root ${from}: ${isFolder(operand) ? "no *.tf, cdk.tf.json or terragrunt.hcl in it or below it" : "no such folder"}`,
				"a folder that Terraform can run in, or its parent",
				"correct the path; cdktf.out needs a cdktf synth first; a glob in quotes ('stacks/*') passes over what is no root",
			);
		for (const each of paths) {
			const path = normalize(each).replace(/(.)\/+$/, "$1");
			const folder = realpathSync(path);
			const twin = found.get(folder);
			if (twin)
				inputs.refuse(
					`root ${shown(path)}: named twice, by ${twin.from} and ${from}`,
					"each folder once: two runs in one folder disturb each other",
					"leave one of them out",
				);
			const kind = kindOf(folder) ?? "hcl";
			found.set(folder, { path, folder, kind, from });
		}
	}
	const roots = [...found.values()];
	const names = roots.map(({ folder }) => basename(folder));
	return roots.map(({ path, folder, kind }, i) => {
		const name = names[i] ?? "";
		const isAlone = names.filter((each) => each === name).length === 1;
		return { stack: isAlone ? name : path, path, folder, kind };
	});
}
