/** Lines of an nginx configuration; a block is its head and the lines in it. */
export type NginxLine =
	| string
	| readonly [head: string, body: readonly NginxLine[]];

/** As nginx reads it: four spaces a level. */
export function renderNginx(lines: readonly NginxLine[], level = 0): string {
	const indent = "    ".repeat(level);
	return lines
		.map((line) => {
			if (typeof line === "string")
				return line === "" ? "\n" : `${indent}${line}\n`;
			const [head, body] = line;
			return `${indent}${head} {\n${renderNginx(body, level + 1)}${indent}}\n`;
		})
		.join("");
}
