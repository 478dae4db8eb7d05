import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { foundIn, pagesOf } from "../support/pages";

const pages = pagesOf();

/** As GitHub makes them from headings. */
function anchorsOf(path: string): string[] {
	return [...readFileSync(path, "utf8").matchAll(/^#+ (.+)$/gm)].map(
		([, heading = ""]) =>
			heading
				.toLowerCase()
				.replace(/[^\p{L}\p{N} _-]/gu, "")
				.replaceAll(" ", "-"),
	);
}

test("every link inside the project leads to a page, and to a heading of it", () => {
	const links = foundIn(pages, /\]\(([^)\s]+)\)/g).filter(
		({ found }) => !/^[a-z]+:/.test(found),
	);
	expect(links.length).toBeGreaterThan(30);
	const broken = links.filter(({ path, found }) => {
		const [file = "", anchor] = found.split("#");
		const target = file === "" ? path : join(dirname(path), file);
		return (
			!existsSync(target) ||
			(anchor !== undefined && !anchorsOf(target).includes(anchor))
		);
	});
	expect(broken).toEqual([]);
});

test("every file and folder of ours that a page names is there", () => {
	const named = foundIn(
		pages,
		/`((?:lib|stacks|test|bench|docs|generated|\.ci)\/[\w./-]*)`/g,
	);
	expect(named.length).toBeGreaterThan(15);
	expect(named.filter(({ found }) => !existsSync(found))).toEqual([]);
});

test("every page is reached from the README", () => {
	const reached = new Set(["README.md", "CHANGELOG.md"]);
	for (const path of reached) {
		const links = foundIn(
			pages.filter((page) => page.path === path),
			/\]\(([^)\s#]+)/g,
		);
		for (const { found } of links) {
			const target = join(dirname(path), found);
			for (const page of pages)
				if (page.path === target || dirname(page.path) === target)
					reached.add(page.path);
		}
	}
	expect(
		pages.map(({ path }) => path).filter((path) => !reached.has(path)),
	).toEqual([]);
});
