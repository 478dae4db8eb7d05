import { isRecord } from "../../raw";
import type { Place } from "./host-rules";

/** Values of variables by their name. */
export type Variables = ReadonlyMap<string, string>;

/** A variable of a container, and where it is said. */
export interface PlacedVariable {
	readonly value: string;
	readonly place: Place;
}

/** `$$`, `$NAME`, `${NAME}` and `${NAME:-other}`, the other with one more variable in it at most. */
const VARIABLE =
	/\$(?:(\$)|(\w+)|\{(\w+)(?::?([-+?])((?:[^{}]|\$\{[^}]{0,200}\}){0,200}))?\})/g;
const ASSIGNMENT =
	/^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*(?:\s#.*)?$/;

/**
 * What Compose reads: its variables with their values, or the default where nobody says one. What has neither stays as
 * it is written.
 */
export function interpolated(value: unknown, variables: Variables): unknown {
	// an alias is one value at many places
	const known = new Map<unknown, unknown>();
	const inside = (each: unknown): unknown => {
		if (typeof each === "string") return withVariables(each, variables);
		if (!Array.isArray(each) && !isRecord(each)) return each;
		const before = known.get(each);
		if (before !== undefined) return before;
		const found = Array.isArray(each)
			? each.map(inside)
			: Object.fromEntries(
					Object.entries(each).map(([key, below]) => [key, inside(below)]),
				);
		known.set(each, found);
		return found;
	};
	return inside(value);
}

function withVariables(text: string, variables: Variables): string {
	if (!text.includes("$")) return text;
	return text.replace(
		VARIABLE,
		(whole, dollar, bare, braced, sign?: string, other = "") => {
			if (dollar) return "$";
			const value = variables.get(bare ?? braced);
			if (sign === "+") return value ? withVariables(other, variables) : "";
			if (value) return value;
			return sign === "-" ? withVariables(other, variables) : whole;
		},
	);
}

/** Lines of an env file; later ones see those before them, of other files too. */
export function envFileVariables(
	file: string,
	text: string,
	before: ReadonlyMap<string, PlacedVariable>,
): ReadonlyMap<string, PlacedVariable> {
	const found = new Map<string, PlacedVariable>();
	const seen = new Map([...before].map(([name, { value }]) => [name, value]));
	for (const [i, line] of text.split("\n").entries()) {
		const [, name, double, single, bare = ""] = ASSIGNMENT.exec(line) ?? [];
		if (name === undefined) continue;
		const value = single ?? withVariables(double ?? bare, seen);
		found.set(name, { value, place: { file, line: i + 1 } });
		seen.set(name, value);
	}
	return found;
}
