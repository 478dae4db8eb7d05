import { Document, type Scalar, visit } from "yaml";

/**
 * Strings that some reader takes for something else: YAML 1.1 and 1.2 numbers, times, dates, booleans and nulls, and
 * what looks like a merge or a version.
 */
const RISKY =
	/^$|^(y|n|yes|no|on|off|true|false|null|~|<<|=)$|^[-+.]?[\d.]|^[-+]?\.(inf|nan)$/i;

/**
 * YAML that every reader takes alike: strings with a line break are literal blocks, risky ones are quoted, lines are
 * never folded, no anchors. Same value, same bytes.
 *
 * @param header comment lines on top, without `#`.
 */
export function renderYaml(
	value: unknown,
	header: readonly string[] = [],
): string {
	const document = new Document(value, { aliasDuplicateObjects: false });
	visit(document, {
		Scalar(_key, node: Scalar) {
			if (typeof node.value !== "string") return;
			if (node.value.includes("\n")) node.type = "BLOCK_LITERAL";
			else if (RISKY.test(node.value)) node.type = "QUOTE_DOUBLE";
		},
	});
	const comment = header.map((line) => `# ${line}\n`).join("");
	return comment + document.toString({ lineWidth: 0 });
}
