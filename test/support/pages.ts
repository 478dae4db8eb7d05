import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A page for people. */
export interface Page {
	/** From the project's root. */
	readonly path: string;
	readonly text: string;
}

/** Every Markdown page of the project, or of one folder. */
export function pagesOf(folder?: string): Page[] {
	const paths =
		folder === undefined
			? ["README.md", "CHANGELOG.md", ...below("docs")]
			: below(folder);
	return paths.map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

function below(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: "utf8" })
		.filter((name) => name.endsWith(".md"))
		.map((name) => join(folder, name))
		.sort();
}

/** What a pattern's first group finds on the pages, each with where it stands. */
export function foundIn(
	pages: readonly Page[],
	pattern: RegExp,
): { readonly path: string; readonly found: string }[] {
	return pages.flatMap(({ path, text }) =>
		[...text.matchAll(pattern)].map(([, found = ""]) => ({ path, found })),
	);
}
