/** Deeper than anybody writes. A parser that recurses gets to its stack's end, and V8 may end the process there. */
export const MAX_YAML_DEPTH = 200;

/** Line (1-based) at which a text is nested too deep to be given to a YAML parser; undefined where it never is. */
export function tooDeepAt(text: string): number | undefined {
	const indents: number[] = [];
	let flow = 0;
	for (const [i, line] of text.split("\n").entries()) {
		const [, blanks = "", entries = ""] = /^( *)((?:[-?] +)*)/.exec(line) ?? [];
		if (line.trim() !== "") {
			while ((indents.at(-1) ?? -1) >= blanks.length) indents.pop();
			indents.push(blanks.length);
		}
		const block = indents.length + (entries.match(/[-?]/g)?.length ?? 0);
		// brackets in strings count too: nobody has so many that are not closed
		for (const each of line.match(/[[\]{}]/g) ?? []) {
			flow = each === "[" || each === "{" ? flow + 1 : Math.max(0, flow - 1);
			if (block + flow > MAX_YAML_DEPTH) return i + 1;
		}
		if (block + flow > MAX_YAML_DEPTH) return i + 1;
	}
	return undefined;
}
