/**
 * Woodpecker replaces `${NAME}` in the raw text of a file before it is parsed as YAML, from CI_* and the pipeline's
 * variables, never from a step's environment (substitution.go, 3.17; the rules are those of drone/envsubst 1.0.3).
 * `$$` becomes `$`, `\\` becomes `\`, `\/` becomes `/`, everywhere in the file, comments included.
 */

import { applyOperator } from "./substitution-operator";

/** The server refuses the text, and with it the whole workflow. */
export class SubstitutionError extends Error {
	override readonly name = "SubstitutionError";
	readonly wanted =
		`wanted \${NAME}, \${NAME:-default} or $\${...} for the shell`;
	/** Of the text, 1-based. */
	readonly line: number;
	constructor(message: string, line = 1) {
		super(message);
		this.line = line;
	}
}

/** Marks of a place that `serverVariable` opened; private-use characters, printable in YAML. */
const OPEN = "\uE000";
const CLOSE = "\uE001";

const NAME = /[\p{L}\p{Nd}_]/u;

/** What the server makes of a file's text. A variable that is not known becomes the empty string. */
export function substitute(
	text: string,
	lookup: (name: string) => string | undefined,
): string {
	let out = "";
	let i = 0;
	while (i < text.length) {
		const two = text.slice(i, i + 2);
		if (two === "${") {
			try {
				const end = closing(text, i + 2);
				out += expand(text.slice(i + 2, end), lookup);
				i = end + 1;
			} catch (error) {
				if (!(error instanceof SubstitutionError)) throw error;
				const line = text.slice(0, i).split("\n").length;
				throw new SubstitutionError(error.message, line);
			}
		} else if (two === "$$" || two === "\\\\" || two === "\\/") {
			out += two[1];
			i += 2;
		} else {
			out += text[i];
			i += 1;
		}
	}
	return out;
}

/** Index of the brace that closes an expansion whose body starts at `from`; expansions may nest in an argument. */
function closing(text: string, from: number): number {
	let depth = 0;
	for (let i = from; i < text.length; i++) {
		if (text.startsWith("${", i)) depth++;
		else if (text[i] === "}" && depth-- === 0) return i;
	}
	throw new SubstitutionError(
		`\${${text.slice(from, from + 40)}: got no closing brace`,
	);
}

function expand(
	body: string,
	lookup: (name: string) => string | undefined,
): string {
	if (body.startsWith("#")) return String(value(body.slice(1), lookup).length);
	let length = 0;
	while (length < body.length && NAME.test(body[length] ?? "")) length++;
	const name = body.slice(0, length);
	const rest = body.slice(length);
	const known = value(name, lookup);
	if (rest === "") return known;
	const result = applyOperator(known, rest, (argument) =>
		substitute(argument, lookup),
	);
	if (result === undefined)
		throw new SubstitutionError(
			`\${${body}}: got a form that Woodpecker refuses`,
		);
	return result;
}

function value(
	name: string,
	lookup: (name: string) => string | undefined,
): string {
	if (name === "" || ![...name].every((c) => NAME.test(c))) {
		throw new SubstitutionError(`\${${name}}: got no variable name`);
	}
	return lookup(name) ?? "";
}

/** Text that the substitution turns back into exactly `text`. */
export function escapeSubstitution(text: string): string {
	return (
		text
			// a single $ that opens nothing stays: shell variables remain readable
			.replace(/\$+(?=(.?))/gs, (run: string, next: string) =>
				run.length === 1 && next !== "{" && next !== OPEN ? run : run + run,
			)
			.replace(/\\+(?=(.?))/gs, (run: string, next: string) =>
				run.length === 1 && next !== "/" ? run : run + run,
			)
	);
}

/**
 * A place where the server puts a variable's value in, before YAML is parsed; everything else that looks like one is
 * the shell's. Only for values that cannot break the YAML around them (numbers, hashes, names).
 *
 * @param length so many characters of it. @default - all
 */
export function serverVariable(name: `CI_${string}`, length?: number): string {
	return `${OPEN}${name}${length === undefined ? "" : `:0:${length}`}${CLOSE}`;
}

/**
 * A text that is safe in single quotes alone: one that the server finishes (a commit may look like a number, `01234567`,
 * or be nothing), and one with a backslash. Woodpecker parses the file as YAML before the substitution too, for its
 * matrix, so it has to be YAML with and without it; the doubled backslash in front of an escaped quote would not be.
 */
export function needsQuotes(text: string): boolean {
	return text.includes(OPEN) || /^(?!.*\p{Cc}).*\\/u.test(text);
}

/** Escapes a rendered file, and opens the places of `serverVariable`. */
export function finishSubstitution(yaml: string): string {
	return escapeSubstitution(yaml).replace(
		/\uE000(CI_[A-Z0-9_]+(?::0:\d+)?)\uE001/g,
		(_, name: string) => `\${${name}}`,
	);
}
