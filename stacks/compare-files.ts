import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { GENERATED } from "../lib/woodpecker/mark";

export interface Difference {
	/** From the project's root. */
	readonly path: string;
	/**
	 * `missing` and `differs`: to be written. `stale`: in a generated folder, and nothing renders it any more. `foreign`:
	 * somebody else's file where one of ours belongs, never touched.
	 */
	readonly kind: "missing" | "differs" | "stale" | "foreign";
}

/** Woodpecker reads one folder: hand-written workflows lie among ours, which carry the mark. */
const isShared = (path: string) => dirname(path).endsWith(".woodpecker");
const isOurs = (file: string) =>
	readFileSync(file, "utf8").split("\n", 1)[0]?.includes(GENERATED);

/** A script runs as it lies there. */
export function modeOf(text: string): 0o644 | 0o755 {
	return text.startsWith("#!") ? 0o755 : 0o644;
}

/** The generator's with all below it: what goes takes its folder along (`certs.d/<host>/`). */
const WHOLE = "generated/registry-host";

/** How the files on disk differ from those rendered; a folder below `generated/` that holds one of them belongs to the generator. */
export function compareFiles(
	rendered: Readonly<Record<string, string>>,
	root = ".",
): Difference[] {
	const differences: Difference[] = [];
	for (const [path, text] of Object.entries(rendered)) {
		const file = join(root, path);
		if (!existsSync(file)) differences.push({ path, kind: "missing" });
		else if (
			readFileSync(file, "utf8") !== text ||
			(statSync(file).mode & 0o100) !== (modeOf(text) & 0o100)
		)
			differences.push({
				path,
				kind: isShared(path) && !isOurs(file) ? "foreign" : "differs",
			});
	}
	const folders = new Set(Object.keys(rendered).map((path) => dirname(path)));
	if (existsSync(join(root, WHOLE)))
		for (const entry of readdirSync(join(root, WHOLE), {
			recursive: true,
			withFileTypes: true,
		}))
			folders.add(relative(root, entry.parentPath));
	for (const folder of folders) {
		const isFolderShared = isShared(`${folder}/*`);
		if (
			(!folder.startsWith("generated/") && !isFolderShared) ||
			!existsSync(join(root, folder))
		)
			continue;
		for (const entry of readdirSync(join(root, folder), {
			withFileTypes: true,
		})) {
			const path = `${folder}/${entry.name}`;
			if (isFolderShared && entry.isFile() && !isOurs(join(root, path)))
				continue;
			if (entry.isFile() && !Object.hasOwn(rendered, path))
				differences.push({ path, kind: "stale" });
		}
	}
	return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}
