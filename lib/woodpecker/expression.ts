/**
 * The part of Woodpecker's `evaluate` language (expr-lang) that guards are written in: `==`, `!=`, `in`, `contains`,
 * `startsWith`, `endsWith`, `matches`, `??`, `and`, `or`, `not`, parentheses, strings and lists. An unknown variable is
 * the empty string (seen in 3.17).
 */

type Token = {
	readonly kind: "string" | "name" | "operator";
	readonly text: string;
};
type Value = string | boolean | null | readonly Value[];
type Variables = ReadonlyMap<string, string>;
type Node = (variables: Variables) => Value;

export interface Expression {
	/** Every variable it reads, with the strings that it is compared with: other values all count as one. */
	readonly compared: ReadonlyMap<string, ReadonlySet<string>>;
	/** @throws ExpressionError if the result is no boolean. */
	evaluate(variables: Variables): boolean;
}

/** The expression is wrong, or of a form that is not known here: what it does cannot be said. */
export class ExpressionError extends Error {
	override readonly name = "ExpressionError";
}

const TOKEN =
	/\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)|(==|!=|&&|\|\||\?\?|[!()[\],]))/y;
const KEYWORDS = new Set([
	"and",
	"or",
	"not",
	"in",
	"contains",
	"startsWith",
	"endsWith",
	"matches",
	"nil",
	"true",
	"false",
	"let",
	"if",
	"else",
]);
/** Operators that may stand behind a `not` of their own. */
const NEGATED = new Set(["in", "contains", "startsWith", "endsWith"]);
const MAX_DEPTH = 50;

/** A folder's few expressions are evaluated for every combination of its variables. */
const parsed = new Map<string, Expression>();

/** @throws ExpressionError */
export function parseExpression(text: string): Expression {
	const known = parsed.get(text) ?? parse(text);
	parsed.set(text, known);
	return known;
}

function parse(text: string): Expression {
	const tokens = tokenize(text);
	const compared = new Map<string, Set<string>>();
	/** Names and strings in the order they stand. */
	const mentioned: Token[] = [];
	let at = 0;
	let depth = 0;

	const peek = () => tokens[at];
	const take = (...texts: string[]) => {
		const token = peek();
		if (!token || token.kind === "string" || !texts.includes(token.text))
			return undefined;
		at++;
		return token.text;
	};
	const expect = (what: string) => {
		if (!take(what))
			throw new ExpressionError(
				`got ${peek()?.text ?? "the end"}, wanted ${what}`,
			);
	};

	function either(): Node {
		let left = both();
		while (take("||", "or")) {
			const [a, b] = [left, both()];
			left = (v) => truth(a(v)) || truth(b(v));
		}
		return left;
	}
	function both(): Node {
		let left = comparison();
		while (take("&&", "and")) {
			const [a, b] = [left, comparison()];
			left = (v) => truth(a(v)) && truth(b(v));
		}
		return left;
	}
	function comparison(): Node {
		const from = mentioned.length;
		const { node: left, isFallback } = negation();
		const negated =
			peek()?.text === "not" &&
			NEGATED.has(tokens[at + 1]?.text ?? "") &&
			take("not") !== undefined;
		const operator = take(
			"==",
			"!=",
			"in",
			"contains",
			"startsWith",
			"endsWith",
			"matches",
		);
		if (!operator) return left;
		if (isFallback)
			throw new ExpressionError(`got ?? and ${operator}, wanted parentheses`);
		const { node: right } = negation();
		attribute(mentioned.slice(from));
		const test = COMPARE[operator as keyof typeof COMPARE];
		return (v) => test(left(v), right(v)) !== negated;
	}
	/** Binds closer than a comparison: `not A == "x"` compares a negated text, which Woodpecker refuses. */
	function negation(): { readonly node: Node; readonly isFallback: boolean } {
		if (take("!", "not")) {
			if (++depth > MAX_DEPTH)
				throw new ExpressionError(`got an expression deeper than ${MAX_DEPTH}`);
			const { node } = negation();
			return { node: (v) => !truth(node(v)), isFallback: false };
		}
		const from = at;
		const node = fallback();
		return { node, isFallback: isMixed(from) };
	}
	/** Whether a `??` outside of parentheses was read since. */
	function isMixed(from: number): boolean {
		let open = 0;
		return tokens.slice(from, at).some(({ kind, text: each }) => {
			if (kind !== "operator") return false;
			if (each === "(" || each === "[") open++;
			if (each === ")" || each === "]") open--;
			return open === 0 && each === "??";
		});
	}
	function fallback(): Node {
		let left = primary();
		while (take("??")) {
			const [a, b] = [left, primary()];
			left = (v) => a(v) ?? b(v);
		}
		return left;
	}
	function primary(): Node {
		if (++depth > MAX_DEPTH)
			throw new ExpressionError(`got an expression deeper than ${MAX_DEPTH}`);
		if (take("(")) {
			const inner = either();
			expect(")");
			return inner;
		}
		if (take("[")) {
			const items: Node[] = [];
			while (!take("]")) {
				items.push(either());
				if (!take(",")) {
					expect("]");
					break;
				}
			}
			return (v) => items.map((item) => item(v));
		}
		const token = tokens[at++];
		if (token?.kind === "string") {
			const value = unquote(token.text);
			mentioned.push({ kind: "string", text: value });
			return () => value;
		}
		if (token?.kind !== "name")
			throw new ExpressionError(
				`got ${token?.text ?? "the end"}, wanted a value`,
			);
		if (token.text === "nil") return () => null;
		if (token.text === "true" || token.text === "false")
			return () => token.text === "true";
		if (KEYWORDS.has(token.text))
			throw new ExpressionError(`got ${token.text}, wanted a value`);
		mentioned.push(token);
		compared.set(token.text, compared.get(token.text) ?? new Set());
		return (v) => v.get(token.text) ?? "";
	}

	const root = either();
	if (at < tokens.length)
		throw new ExpressionError(`got ${peek()?.text}, wanted the end`);
	return { compared, evaluate: (v) => truth(root(v)) };

	/** The variables of one comparison are to be tried with its strings, and two that are compared with each other's. */
	function attribute(sides: readonly Token[]): void {
		const names = sides.filter(({ kind }) => kind === "name");
		const sets = names.map(
			({ text: name }) => compared.get(name) ?? new Set<string>(),
		);
		for (const { kind, text: value } of sides)
			if (kind === "string") for (const set of sets) set.add(value);
		const [first, ...others] = sets;
		for (const set of others) {
			for (const value of set) first?.add(value);
			for (const { text: name } of names) compared.set(name, first ?? set);
		}
	}
}

function tokenize(text: string): Token[] {
	const tokens: Token[] = [];
	TOKEN.lastIndex = 0;
	const source = text.trimEnd();
	while (TOKEN.lastIndex < source.length) {
		const from = TOKEN.lastIndex;
		const match = TOKEN.exec(source);
		if (!match)
			throw new ExpressionError(
				`got ${source.slice(from, from + 20)}, a form that is not known here`,
			);
		const [, string, name, operator] = match;
		if (string !== undefined) tokens.push({ kind: "string", text: string });
		else if (name !== undefined) tokens.push({ kind: "name", text: name });
		else tokens.push({ kind: "operator", text: operator ?? "" });
	}
	return tokens;
}

function unquote(quoted: string): string {
	return quoted.slice(1, -1).replace(/\\(.)/gs, (all, escaped: string) => {
		if (!/["'\\]/.test(escaped))
			throw new ExpressionError(`got ${all}, a form that is not known here`);
		return escaped;
	});
}

function truth(value: Value): boolean {
	if (typeof value !== "boolean")
		throw new ExpressionError("got no boolean, wanted a comparison");
	return value;
}

const text = (value: Value) => (typeof value === "string" ? value : "");

/** Lists are compared item by item: not known here. */
function single(value: Value): Value {
	if (Array.isArray(value))
		throw new ExpressionError("got a list, wanted a text");
	return value;
}

const COMPARE = {
	"==": (a: Value, b: Value) => single(a) === single(b),
	"!=": (a: Value, b: Value) => single(a) !== single(b),
	in: (a: Value, b: Value) => {
		if (!Array.isArray(b))
			throw new ExpressionError("got in without a list, wanted [...]");
		return b.includes(a);
	},
	contains: (a: Value, b: Value) => text(a).includes(text(b)),
	startsWith: (a: Value, b: Value) => text(a).startsWith(text(b)),
	endsWith: (a: Value, b: Value) => text(a).endsWith(text(b)),
	matches: (): boolean => {
		throw new ExpressionError("got matches, a form that is not known here");
	},
} as const;
