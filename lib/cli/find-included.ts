import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { globbed } from "../registry-host/lint/given-files";
import { readText } from "./lint-inputs";

/** More files of one include than anybody has. */
const MAX_FOUND = 100;

/**
 * The files that an nginx configuration includes, in nginx's order: a relative path as it stands, from the
 * configuration's own folder; an absolute one is the server's, and means what lies the same way below that folder
 * (`/etc/nginx/conf.d/*.conf`: `conf.d/*.conf`). None where nothing is there.
 */
export function findIncluded(
	pattern: string,
	main: string,
): readonly { readonly path: string; readonly text: string }[] {
	const parts = pattern.split("/").filter(Boolean);
	// a bare *.conf of another folder would be everything that lies about
	const least = /[*?[]/.test(pattern) ? 2 : 1;
	const ways = pattern.startsWith("/")
		? parts
				.map((_, i) => parts.slice(i))
				.filter(({ length }) => length >= least)
		: [parts];
	for (const way of ways) {
		const paths = matching(dirname(main), way).filter(
			// another file of that name, which is not here
			(path) => path !== main || !pattern.startsWith("/"),
		);
		const found = paths.flatMap((path) => {
			const read = readText(path);
			return typeof read === "string" ? [] : [{ path, text: read.text }];
		});
		if (found.length > 0) return found;
	}
	return [];
}

/** Paths below a folder that fit, part by part. */
function matching(folder: string, parts: readonly string[]): string[] {
	let paths = [folder];
	for (const part of parts) {
		const glob = /[*?[]/.test(part) ? globbed(part) : part;
		paths = paths
			.flatMap((path) =>
				typeof glob === "string"
					? [join(path, glob)]
					: namesIn(path)
							.filter((name) => !name.startsWith(".") && glob?.test(name))
							.map((name) => join(path, name)),
			)
			.slice(0, MAX_FOUND);
	}
	return paths;
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder).sort();
	} catch {
		return [];
	}
}
