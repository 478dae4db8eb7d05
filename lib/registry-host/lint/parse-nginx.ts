import { LintSyntaxError } from "./lint-syntax-error";

/** A directive of an nginx configuration, as it is written. */
export interface NginxDirective {
	readonly name: string;
	/** Without their quotes. */
	readonly args: readonly string[];
	/** 1-based line of the name. */
	readonly line: number;
	/** Where it was included from; undefined for what stands in the file itself. */
	readonly file?: string;
	/** What stands between its braces; undefined for a directive that ends in a semicolon. Empty for a block of Lua. */
	readonly block?: readonly NginxDirective[];
}

interface Token {
	readonly text: string;
	readonly line: number;
	/** `;`, `{` and `}` end or group words; a quoted one is a word. */
	readonly isWord: boolean;
}

const MAX_DEPTH = 100;
const LUA = /_by_lua_block$/;

/**
 * Directives and blocks of one file. Includes are directives like others: `followIncludes` follows them.
 *
 * @throws LintSyntaxError for a brace or a quote that is not closed, a directive without its semicolon.
 */
export function parseNginx(text: string): readonly NginxDirective[] {
	const reader = new Reader(text);
	return readBlock(reader, 0, 0);
}

function readBlock(
	reader: Reader,
	opened: number,
	depth: number,
): NginxDirective[] {
	if (depth > MAX_DEPTH)
		throw new LintSyntaxError(
			opened,
			`got more than ${MAX_DEPTH} blocks inside each other`,
		);
	const directives: NginxDirective[] = [];
	for (;;) {
		const token = reader.next();
		if (token === undefined) {
			if (depth === 0) return directives;
			throw new LintSyntaxError(opened, "got a { that is not closed");
		}
		if (!token.isWord) {
			if (token.text === "}" && depth > 0) return directives;
			throw new LintSyntaxError(
				token.line,
				`got ${token.text}, wanted a directive`,
			);
		}
		directives.push(readDirective(reader, token, depth));
	}
}

function readDirective(
	reader: Reader,
	{ text: name, line }: Token,
	depth: number,
): NginxDirective {
	const args: string[] = [];
	for (;;) {
		const token = reader.next();
		if (token === undefined || (!token.isWord && token.text === "}"))
			throw new LintSyntaxError(line, `got ${name} without ; at its end`);
		if (token.isWord) args.push(token.text);
		else if (token.text === ";") return { name, args, line };
		else if (LUA.test(name)) {
			reader.skipLua(line);
			return { name, args, line, block: [] };
		} else {
			const block = readBlock(reader, token.line, depth + 1);
			return { name, args, line, block };
		}
	}
}

/** Cuts the text into words and punctuation, and counts lines. */
class Reader {
	readonly #text: string;
	#at = 0;
	#line = 1;

	constructor(text: string) {
		this.#text = text;
	}

	/** The next token, undefined at the end. */
	next(): Token | undefined {
		this.#skipBlanks();
		const line = this.#line;
		const first = this.#text[this.#at];
		if (first === undefined) return undefined;
		if (first === ";" || first === "{" || first === "}") {
			this.#at++;
			return { text: first, line, isWord: false };
		}
		const text =
			first === '"' || first === "'" ? this.#quoted(first) : this.#word();
		return { text, line, isWord: true };
	}

	/** Goes behind the brace that closes a block of Lua; braces in its strings and comments do not count. */
	skipLua(opened: number): void {
		const text = this.#text;
		const inside =
			/(?:--)?\[(=*)\[|--[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|[{}]/g;
		inside.lastIndex = this.#at;
		for (let open = 1; open > 0; ) {
			const [found, level] = inside.exec(text) ?? [];
			// a long string or comment ends with its own bracket
			const close = level === undefined ? "" : `]${level}]`;
			const end = text.indexOf(close, inside.lastIndex);
			if (found === undefined || end === -1)
				throw new LintSyntaxError(opened, "got a { that is not closed");
			if (close !== "") inside.lastIndex = end + close.length;
			if (found === "{") open++;
			if (found === "}") open--;
		}
		this.#countLines(this.#at, inside.lastIndex);
		this.#at = inside.lastIndex;
	}

	#skipBlanks(): void {
		const blanks = /(?:\s+|#[^\n]*)*/y;
		blanks.lastIndex = this.#at;
		blanks.test(this.#text);
		this.#countLines(this.#at, blanks.lastIndex);
		this.#at = Math.max(this.#at, blanks.lastIndex);
	}

	#quoted(quote: string): string {
		const line = this.#line;
		let text = "";
		for (let i = this.#at + 1; i < this.#text.length; i++) {
			const each = this.#text[i] ?? "";
			if (each === quote) {
				this.#countLines(this.#at, i);
				this.#at = i + 1;
				return text;
			}
			const next = this.#text[i + 1];
			// a backslash only hides quotes and itself, everything else keeps it
			if (each === "\\" && (next === quote || next === "\\")) {
				text += next;
				i++;
			} else text += each;
		}
		throw new LintSyntaxError(line, `got a ${quote} that is not closed`);
	}

	#word(): string {
		const start = this.#at;
		// ${name} is one word, though a brace elsewhere begins a block
		const word = /(?:\\[\s\S]|\$\{[^}\s]*\}|[^\s;{\\])+/y;
		word.lastIndex = start;
		if (!word.test(this.#text)) {
			this.#at++;
			return this.#text.slice(start, this.#at);
		}
		this.#countLines(start, word.lastIndex);
		this.#at = word.lastIndex;
		return this.#text.slice(start, word.lastIndex);
	}

	#countLines(from: number, to: number): void {
		for (
			let i = this.#text.indexOf("\n", from);
			i !== -1 && i < to;
			i = this.#text.indexOf("\n", i + 1)
		)
			this.#line++;
	}
}
