import { matchesGlob } from "./glob";

/**
 * What follows a variable's name between the braces (funcs.go of drone/envsubst 1.0.3); undefined for a form that it
 * refuses.
 *
 * @param value of the variable.
 * @param argument substitutes in an operand.
 */
export function applyOperator(
	value: string,
	operator: string,
	argument: (text: string) => string,
): string | undefined {
	if (/^:[-=?+]/.test(operator))
		return value === "" ? argument(operator.slice(2)) : value;
	if (operator.startsWith("="))
		return value === "" ? argument(operator.slice(1)) : value;
	if (operator === ",,") return value.toLowerCase();
	if (operator === "^^") return value.toUpperCase();
	if (operator === ",") return value.charAt(0).toLowerCase() + value.slice(1);
	if (operator === "^") return value.charAt(0).toUpperCase() + value.slice(1);
	const part = /^:([^:]+)(?::(.+))?$/s.exec(operator);
	if (part) {
		const [, offset = "", length = "0"] = part;
		// what is no number is passed over, and the value stays whole
		if (![offset, length].every((each) => /^[-+]?\d+$/.test(each)))
			return value;
		if (Number(length) < 0) return undefined;
		const start = Number(offset);
		return value.slice(start, part[2] ? start + Number(length) : undefined);
	}
	const removal = /^(##?|%%?)(.*)$/s.exec(operator);
	if (removal)
		return remove(value, removal[1] ?? "", argument(removal[2] ?? ""));
	const replacement = /^\/([/#%]|(?![/#%]))((?:\\[\s\S]|[^/\\])+)\/(.*)$/s.exec(
		operator,
	);
	if (replacement) {
		const [, how = "", from = "", to = ""] = replacement;
		return replace(value, how, argument(from), argument(to));
	}
	return undefined;
}

/** Without the part at its start (`#`) or end (`%`) that the glob matches, the shortest or (doubled) the longest. */
function remove(value: string, operator: string, glob: string): string {
	const lengths = Array.from(value, (_, i) => i + 1);
	if (operator.length === 2) lengths.reverse();
	for (const length of lengths) {
		const isStart = operator.startsWith("#");
		const piece = isStart ? value.slice(0, length) : value.slice(-length);
		// here `*` crosses slashes
		if (matchesGlob(glob, piece, true))
			return isStart ? value.slice(length) : value.slice(0, -length);
	}
	return value;
}

function replace(value: string, how: string, from: string, to: string): string {
	if (from === "") return value;
	if (how === "/") return value.replaceAll(from, () => to);
	if (how === "#" && !value.startsWith(from)) return value;
	if (how === "%")
		return value.endsWith(from) ? value.slice(0, -from.length) + to : value;
	return value.replace(from, () => to);
}
