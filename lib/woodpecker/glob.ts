/**
 * Patterns as Woodpecker matches branches, paths and crons (doublestar): `*` stops at `/`, `**` as a whole part of a path
 * does not, `?`, `[a-z]`, `{a,b*}`, nested too, `\*`.
 *
 * @param crosses `*` does not stop at `/` either.
 */
export function matchesGlob(
	pattern: string,
	text: string,
	crosses = false,
): boolean {
	const key = `${crosses} ${pattern}`;
	const compiled = cache.get(key) ?? compile(pattern, crosses);
	cache.set(key, compiled);
	return compiled?.test(text) ?? false;
}

const cache = new Map<string, RegExp | null>();
const TOKEN =
	/\\[\s\S]|\/\*\*(?=[,}]|$)|(?<=^|[/{,])\*\*\/|(?<all>(?<=^|[/{,])\*\*(?=[,}]|$))|\*+|\[[!^]?[^\]]+\]|[\s\S]/g;

/** null: a pattern that Woodpecker cannot read matches nothing. */
function compile(pattern: string, crosses: boolean): RegExp | null {
	let open = 0;
	const source = Array.from(pattern.matchAll(TOKEN), (match) => {
		const [token] = match;
		if (token.length > 1 && token.startsWith("\\"))
			return quoted(token.slice(1));
		if (crosses && /^\/?\*/.test(token))
			return token.replace(/\*+/, ".*").replace("/", "\\/");
		if (token === "**/") return "(?:.*/)?";
		if (token === "/**") return "(?:/.*)?";
		if (match.groups?.all) return ".*";
		if (token.startsWith("*")) return "[^/]*";
		if (token === "?") return "[^/]";
		if (token.length > 1 && token.startsWith("["))
			return token.replace(/^\[[!^]/, "[^");
		if (token === "{") {
			open++;
			return "(?:";
		}
		if (token === "," && open > 0) return "|";
		if (token === "}" && open > 0) {
			open--;
			return ")";
		}
		// never closed
		if (token === "[") open = Number.NaN;
		return quoted(token);
	});
	if (open !== 0) return null;
	try {
		return new RegExp(`^(?:${source.join("")})$`, "s");
	} catch {
		return null;
	}
}

function quoted(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** A path that a glob matches. */
export function exampleOf(glob: string): string {
	return glob
		.replace(/\*\*\/?/g, "any/")
		.replace(/\/$/, "/file")
		.replace(/\*/g, "any")
		.replace(/\{([^,}]*)[^}]*\}/g, "$1")
		.replace(/\[[^!^\]][^\]]*\]/g, (set) => set.charAt(1))
		.replace(/\?/g, "x");
}
