/**
 * When a workflow runs, by the variables of a manual run. A variable that was not given is the empty string (seen in
 * 3.17: `X == ""` is true, `X == nil` never is), so "set" means "not empty".
 */
export type Guard =
	| { readonly set: string }
	| { readonly unset: string }
	| { readonly equals: readonly [variable: string, value: string] }
	| { readonly all: readonly Guard[] }
	| { readonly any: readonly Guard[] };

const VARIABLE = /^[A-Z][A-Z0-9_]*$/;

/**
 * The guard as an `evaluate` expression.
 *
 * @throws Error for a name that is no variable, or one of Woodpecker's own.
 */
export function renderGuard(guard: Guard): string {
	if ("set" in guard) return `${variable(guard.set)} != ""`;
	if ("unset" in guard) return `${variable(guard.unset)} == ""`;
	if ("equals" in guard) {
		const [name, value] = guard.equals;
		return `${variable(name)} == ${JSON.stringify(value)}`;
	}
	const [operator, parts] =
		"all" in guard ? ["&&", guard.all] : ["||", guard.any];
	if (parts.length === 0) {
		throw new Error("guard: got an empty list, wanted at least one condition");
	}
	const nested = (part: Guard) =>
		"any" in part || "all" in part
			? `(${renderGuard(part)})`
			: renderGuard(part);
	return parts.map(nested).join(` ${operator} `);
}

function variable(name: string): string {
	if (!VARIABLE.test(name) || name.startsWith("CI_")) {
		throw new Error(
			`guard: got ${JSON.stringify(name)}, wanted a variable of our own (upper case, not CI_*)`,
		);
	}
	return name;
}
