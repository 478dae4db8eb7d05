interface Given {
	readonly path: string;
}

/** More stars than any pattern has; every one multiplies the time. */
const MAX_STARS = 3;

/** Those of the set that an include names: by its name, of several (`conf.d/*.conf`) by their folder's too; in nginx's order. */
export function givenFiles<File extends Given>(
	pattern: string,
	main: string,
	files: readonly File[],
): readonly File[] {
	const end = (path: string, parts: number) =>
		path.split("/").slice(-parts).join("/");
	const others = files.filter(({ path }) => path !== main);
	if (!/[*?[]/.test(pattern)) {
		const named = others.filter(({ path }) => end(path, 1) === end(pattern, 1));
		// of two of that name, the one in the same folder
		const same = named.filter(({ path }) => end(path, 2) === end(pattern, 2));
		return (same.length > 0 ? same : named).slice(0, 1);
	}
	const matches = globbed(end(pattern, 2));
	return others
		.filter(({ path }) => matches?.test(end(path, 2)))
		.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A pattern of file names as an expression; undefined for one of so many stars that it takes for ever. */
export function globbed(pattern: string): RegExp | undefined {
	if (pattern.split(/\*+/).length - 1 > MAX_STARS) return undefined;
	return new RegExp(
		`^${pattern
			.replace(/[.+^${}()|\\]/g, "\\$&")
			.replace(/\[([^\]]*)$/, "\\[$1")
			.replace(/\*+/g, "[^/]*")
			.replaceAll("?", "[^/]")}$`,
	);
}
