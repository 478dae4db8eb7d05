import { DRIFT_CAUSES, type DriftCause } from "../contract";

/** One resource that a plan would change. Values stay out: they may be secret. */
export interface Change {
	readonly address: string;
	readonly action: string;
	/** Empty: it changes only because another one does. */
	readonly causes: readonly DriftCause[];
}

interface Planned {
	readonly address: string;
	readonly previous_address?: string;
	readonly mode?: string;
	readonly action_reason?: string;
	readonly change: {
		readonly actions: readonly string[];
		readonly before?: unknown;
		readonly after?: unknown;
		readonly after_unknown?: unknown;
		readonly importing?: unknown;
	};
}

function actionOf({ change, previous_address }: Planned): string | undefined {
	const { actions, importing } = change;
	if (actions.length > 1) return "replace";
	const [action = "no-op"] = actions;
	if (action === "read") return undefined;
	if (action !== "no-op") return action;
	if (importing) return "import";
	return previous_address ? "move" : undefined;
}

function at(value: unknown, key: string): unknown {
	return value !== null && typeof value === "object"
		? (value as Record<string, unknown>)[key]
		: undefined;
}

/** Whether something holds for the values at some place that is known before the apply; what is not comes from another resource. */
function someLeaf(
	unknown: unknown,
	values: readonly unknown[],
	holds: (...leaves: readonly unknown[]) => boolean,
): boolean {
	if (unknown === true) return false;
	const keys = new Set(
		values.flatMap((value) =>
			value !== null && typeof value === "object" ? Object.keys(value) : [],
		),
	);
	if (keys.size === 0) return holds(...values);
	return [...keys].some((key) =>
		someLeaf(
			at(unknown, key),
			values.map((value) => at(value, key)),
			holds,
		),
	);
}

/** Whether the plan undoes some of what the world did: a resource drifts all the time in what its provider only counts up. */
function isUndone(drift: Planned["change"], plan: Planned["change"]): boolean {
	if ((drift.after ?? null) === null) return true;
	return someLeaf(
		plan.after_unknown,
		[drift.before, drift.after, plan.before, plan.after],
		(recorded, found, before, after) =>
			!isSame(recorded, found) && !isSame(before, after),
	);
}

/** Whether the code asks for something else than what was recorded and what is there. */
function isAsked(
	{ before, after, after_unknown }: Planned["change"],
	recorded: unknown,
): boolean {
	return someLeaf(
		after_unknown,
		[before, after, recorded],
		(is, asked, was) => !isSame(is, asked) && !isSame(was, asked),
	);
}

/** Null, the empty text and the empty list are one to a provider that fills in what was left out. */
function isSame(a: unknown, b: unknown): boolean {
	const empty = (value: unknown) =>
		value === undefined ||
		value === "" ||
		(Array.isArray(value) && !value.length)
			? null
			: value;
	return empty(a) === empty(b);
}

/**
 * What a plan in the form of `show -json` would change, and of what kind that is: `drift` where the resource is not as
 * the state has it, `unapplied` where the code is not as the state has it; both can be.
 *
 * @throws Error where it is no plan.
 */
export function readPlan(json: string): {
	readonly changes: readonly Change[];
	readonly causes: readonly DriftCause[];
} {
	const plan = JSON.parse(json) as {
		resource_changes?: readonly Planned[];
		resource_drift?: readonly Planned[];
		format_version?: string;
	};
	if (typeof plan?.format_version !== "string")
		throw new Error("show -json: got no plan");
	const drifted = new Map(
		(plan.resource_drift ?? []).map((each) => [each.address, each.change]),
	);
	const changes = (plan.resource_changes ?? []).flatMap((each): Change[] => {
		const action = actionOf(each);
		if (action === undefined) return [];
		const { change } = each;
		const moved =
			drifted.get(each.address) ?? drifted.get(each.previous_address ?? "");
		const drift = moved && isUndone(moved, change) ? moved : undefined;
		const is = {
			drift: drift !== undefined,
			// what is new, or no longer there, is so in the code
			unapplied:
				(!drift && action !== "update" && action !== "replace") ||
				// an apply that failed half way left it
				each.action_reason === "replace_because_tainted" ||
				isAsked(change, drift ? drift.before : change.before),
		};
		const causes = DRIFT_CAUSES.filter((cause) => is[cause]);
		return [{ address: each.address, action, causes }];
	});
	const found = new Set(changes.flatMap(({ causes }) => causes));
	// nothing but outputs, or what follows from an unknown value
	if (found.size === 0) found.add(drifted.size > 0 ? "drift" : "unapplied");
	return { changes, causes: DRIFT_CAUSES.filter((cause) => found.has(cause)) };
}
