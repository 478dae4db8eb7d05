import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { GENERATED } from "../lib/woodpecker/mark";

export interface Difference {
	/** From the project's root, or absolute. */
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
/** The same of the VM's bundle in another repository. */
const COPY = /^(.+\/generated\/registry-host\/vm)\//;

/** How the files on disk differ from those rendered; a folder below `generated/` that holds one of them belongs to the generator. */
export function compareFiles(
	rendered: Readonly<Record<string, string>>,
	root = ".",
): Difference[] {
	const differences: Difference[] = [];
	for (const [path, text] of Object.entries(rendered)) {
		const file = resolve(root, path);
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
	const copies = Object.keys(rendered).flatMap(
		(path) => COPY.exec(path)?.[1] ?? [],
	);
	const whole = [...new Set([WHOLE, ...copies])];
	for (const folder of whole) {
		const top = resolve(root, folder);
		if (!existsSync(top)) continue;
		for (const { parentPath } of readdirSync(top, {
			recursive: true,
			withFileTypes: true,
		}))
			folders.add(join(folder, relative(top, parentPath)));
	}
	for (const folder of folders) {
		const isFolderShared = isShared(`${folder}/*`);
		const isGenerated =
			folder.startsWith("generated/") ||
			whole.some((each) => `${folder}/`.startsWith(`${each}/`));
		if ((!isGenerated && !isFolderShared) || !existsSync(resolve(root, folder)))
			continue;
		for (const entry of readdirSync(resolve(root, folder), {
			withFileTypes: true,
		})) {
			const path = `${folder}/${entry.name}`;
			if (isFolderShared && entry.isFile() && !isOurs(resolve(root, path)))
				continue;
			if (entry.isFile() && !Object.hasOwn(rendered, path))
				differences.push({ path, kind: "stale" });
		}
	}
	return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}
