import { imageOf, PINS } from "../pins";
import type { CommandsStep } from "../woodpecker/workflow";
import type { PushTarget } from "./pipelines";
import { apiHost, apiReference, login, realmHosts } from "./push-target";
import { tracked } from "./tracked";

/**
 * Reads back every byte of what was pushed, from every target, and that all targets hold the same: in the pinned public
 * node image, never in one that is itself under test.
 *
 * @param tag that each target was just pushed with.
 */
export function verifyStep(
	targets: readonly PushTarget[],
	tag: string,
): CommandsStep {
	const refs = targets.map((target) => apiReference(target, tag));
	const cas = new Set(targets.flatMap(({ ca }) => ca ?? []));
	const byHost = new Map(targets.map((target) => [apiHost(target), target]));
	const logins = [...byHost].map(([host, target], i) => ({
		host,
		prefix: `REGISTRY_${i + 1}`,
		...login(target),
	}));
	const realms = realmHosts(targets);
	return tracked({
		name: "verify-integrity",
		image: imageOf(PINS.node),
		environment: {
			...Object.fromEntries(
				logins.flatMap(({ prefix, user, password }) => [
					[`${prefix}_USER`, user],
					[`${prefix}_PASS`, password],
				]),
			),
			...(cas.size > 0 && { REGISTRY_CA: [...cas].join("") }),
		},
		commands: [
			"auth=$(mktemp)",
			...(cas.size > 0
				? [
						`ca=$(mktemp)`,
						`trap 'rm -f "$auth" "$ca"' EXIT`,
						`printf '%s' "$REGISTRY_CA" >"$ca"`,
					]
				: [`trap 'rm -f "$auth"' EXIT`]),
			`node ci/registry-auth.mjs ${logins.map(({ host, prefix }) => `${host}=${prefix}`).join(" ")} >"$auth"`,
			[
				"node ci/guard.mjs verify --mode full --expect-equal",
				...(realms.length > 0 ? [`--realm-hosts ${realms.join(",")}`] : []),
				...(cas.size > 0 ? ['--ca-file "$ca"'] : []),
				'--auth-file "$auth"',
				...refs,
			].join(" "),
		],
	});
}
