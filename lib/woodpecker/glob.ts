/** Patterns as Woodpecker matches branches, paths and crons (doublestar): `*` stops at `/`, `**` does not, `?`, `[a-z]`, `{a,b}`. */
export function matchesGlob(pattern: string, text: string): boolean {
	const compiled = cache.get(pattern) ?? compile(pattern);
	cache.set(pattern, compiled);
	return compiled?.test(text) ?? false;
}

const cache = new Map<string, RegExp | null>();
const TOKEN =
	/\\[\s\S]|\*\*\/|\/\*\*|\*\*|\*|\?|\[[!^]?[^\]]+\]|\{[^{}]*\}|[\s\S]/g;

/** null: a pattern that Woodpecker cannot read matches nothing. */
function compile(pattern: string): RegExp | null {
	const source = (pattern.match(TOKEN) ?? []).map((token) => {
		if (token.length > 1 && token.startsWith("\\"))
			return quoted(token.slice(1));
		if (token === "**/") return "(?:.*/)?";
		if (token === "/**") return "(?:/.*)?";
		if (token === "**") return ".*";
		if (token === "*") return "[^/]*";
		if (token === "?") return "[^/]";
		if (token.length > 1 && token.startsWith("["))
			return token.replace(/^\[[!^]/, "[^");
		if (token.length > 1 && token.startsWith("{")) {
			return `(?:${token.slice(1, -1).split(",").map(quoted).join("|")})`;
		}
		return quoted(token);
	});
	try {
		return new RegExp(`^${source.join("")}$`, "s");
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
