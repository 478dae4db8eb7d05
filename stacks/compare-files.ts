import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Difference {
	/** From the project's root. */
	readonly path: string;
	/** `missing` and `differs`: to be written. `stale`: in a generated folder, and nothing renders it any more. */
	readonly kind: "missing" | "differs" | "stale";
}

/** How the files on disk differ from those rendered; a folder below `generated/` that holds one of them belongs to the generator. */
export function compareFiles(
	rendered: Readonly<Record<string, string>>,
	root = ".",
): Difference[] {
	const differences: Difference[] = [];
	for (const [path, text] of Object.entries(rendered)) {
		const file = join(root, path);
		if (!existsSync(file)) differences.push({ path, kind: "missing" });
		else if (readFileSync(file, "utf8") !== text)
			differences.push({ path, kind: "differs" });
	}
	const folders = new Set(Object.keys(rendered).map((path) => dirname(path)));
	for (const folder of folders) {
		if (!folder.startsWith("generated/") || !existsSync(join(root, folder)))
			continue;
		for (const entry of readdirSync(join(root, folder), {
			withFileTypes: true,
		})) {
			const path = `${folder}/${entry.name}`;
			if (entry.isFile() && !Object.hasOwn(rendered, path))
				differences.push({ path, kind: "stale" });
		}
	}
	return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}
