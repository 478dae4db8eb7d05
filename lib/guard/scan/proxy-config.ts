/** A value that is there: not empty, not a comment, not null. */
const VALUE = /["']?remoteurl["']?\s*:\s*["']?(?!null\b|~)[^\s"'#,}]/;

/**
 * Whether a registry's config (YAML, or JSON) makes it a pull-through cache: a top-level `proxy` with a `remoteurl`.
 * Only as much of YAML is read as people write there: a block, or all of it in braces.
 */
export function isProxyConfig(text: string): boolean {
	if (text.trimStart().startsWith("{")) {
		try {
			const { proxy } = JSON.parse(text);
			return Boolean(proxy?.remoteurl);
		} catch {
			return false;
		}
	}
	const [, rest = ""] =
		/^["']?proxy["']?[ \t]*:((?:.*)(?:\n(?:[ \t].*|[ \t]*#.*|[ \t]*))*)/m.exec(
			text,
		) ?? [];
	return rest
		.split("\n")
		.some((line) => !/^\s*#/.test(line) && VALUE.test(line));
}
