import type * as Yaml from "yaml";

/**
 * Strings that some reader takes for something else: YAML 1.1 and 1.2 numbers, times, dates, booleans and nulls, and
 * what looks like a merge or a version.
 */
const RISKY =
	/^$|^(y|n|yes|no|on|off|true|false|null|~|<<|=)$|^[-+.]?[\d.]|^[-+]?\.(inf|nan)$/i;

/** Loaded when first used: it takes 40 ms, a fifth of a synth, and most synths render no YAML. */
function load(): typeof Yaml {
	return require("yaml");
}

/**
 * YAML that every reader takes alike: strings with a line break are literal blocks, risky ones are quoted, lines are
 * never folded, no anchors. Same value, same bytes.
 *
 * @param header comment lines on top, without `#`.
 * @param inQuotes texts of one line to put into single quotes, which know no escapes.
 */
export function renderYaml(
	value: unknown,
	header: readonly string[] = [],
	inQuotes: (text: string) => boolean = () => false,
): string {
	const { Document, visit } = load();
	const document = new Document(value, { aliasDuplicateObjects: false });
	visit(document, {
		Scalar(_key, node: Yaml.Scalar) {
			if (typeof node.value !== "string") return;
			if (node.value.includes("\n")) node.type = "BLOCK_LITERAL";
			else if (inQuotes(node.value)) node.type = "QUOTE_SINGLE";
			else if (RISKY.test(node.value)) node.type = "QUOTE_DOUBLE";
		},
	});
	const comment = header.map((line) => `# ${line}\n`).join("");
	return comment + document.toString({ lineWidth: 0 });
}
