/** Keys and variables whose value is one; `..._FILE` and what stands for a path is none. */
const NAMES =
	/(password|passwd|secret|secretkey|accountkey|authorization|token)$/i;
/** `user:password@` of a URL. */
const LOGIN = /:\/\/[^/\s:@]+:[^/\s@]+@/;
/** Authorization: Basic ..., in a line of nginx. */
const HEADER = /\b(basic|bearer)\s+[\w+/=.~-]{4,}/i;

/**
 * Where a secret stands in what is about to be rendered, by its keys (`proxy.password`); undefined where there is none.
 * `${VARIABLE}` is none: what it means is said on the VM.
 */
export function renderedSecret(
	value: unknown,
	path: readonly string[] = [],
): string | undefined {
	if (typeof value === "object" && value !== null) {
		for (const [key, each] of Object.entries(value)) {
			const found = renderedSecret(each, [...path, key]);
			if (found !== undefined) return found;
		}
		return undefined;
	}
	if (typeof value !== "string" && typeof value !== "number") return undefined;
	const text = String(value);
	// a list's variables (`NAME=value`), and a list of values
	const [, variable, rest = ""] = /^(\w+)=(.*)$/s.exec(text) ?? [];
	const name = path.findLast((key) => !/^\d+$/.test(key)) ?? "";
	const said = variable !== undefined && NAMES.test(variable) ? rest : text;
	const isNamed = NAMES.test(name) || said !== text;
	const isOpen = said !== "" && !/\$\{?\w/.test(said);
	return (isNamed && isOpen) || LOGIN.test(text) || HEADER.test(text)
		? path.join(".")
		: undefined;
}
