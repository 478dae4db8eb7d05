import { RegistryError } from "../errors";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_HOPS = 5;

export function isRedirect(status: number): boolean {
	return REDIRECTS.has(status);
}

/**
 * Where a redirect leads.
 *
 * @param visited Addresses of this chain so far, the first one included; the new one is added.
 * @throws RegistryError `protocol`: no or a malformed Location, https to http, too many hops, a loop.
 */
export function redirectTarget(
	from: URL,
	location: string | undefined,
	visited: Set<string>,
): URL {
	const fail = (problem: string): never => {
		throw new RegistryError(
			"protocol",
			`${from.origin}${from.pathname}: redirected ${problem}`,
		);
	};
	if (!location || !URL.canParse(location, from.href))
		return fail("without an address");
	const to = new URL(location, from);
	to.hash = "";
	if (to.protocol !== "https:" && to.protocol !== "http:")
		return fail(`to ${to.protocol}, wanted https:`);
	if (from.protocol === "https:" && to.protocol === "http:")
		return fail(`from https to http (${to.host})`);
	if (to.username !== "" || to.password !== "")
		return fail(`to ${to.host} with credentials in the address`);
	if (visited.has(to.href)) return fail("in a loop");
	if (visited.size > MAX_HOPS) return fail(`more than ${MAX_HOPS} times`);
	visited.add(to.href);
	return to;
}
