import type { Guard } from "../woodpecker/guard";

/** Set by a run that is another workflow's: issue-automation's and provision-user's variables. */
const OF_OTHERS: readonly Guard[] = [
	{ unset: "ISSUE_NUMBER" },
	{ unset: "USERNAME" },
	{ unset: "EMAIL" },
];

/**
 * A manual run with `WORKFLOW=<name>` starts this workflow and no other.
 *
 * @param orBare it also starts on a run without variables; one workflow of a folder may.
 */
export function manualGuard(name: string, orBare = false): Guard {
	const named: Guard = { equals: ["WORKFLOW", name] };
	return {
		all: [
			...OF_OTHERS,
			orBare ? { any: [{ unset: "WORKFLOW" }, named] } : named,
		],
	};
}
