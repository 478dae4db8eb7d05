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
	return Object(value)[key];
}

/**
 * Whether the code asks for something else than what was recorded: a known leaf of `after` that is neither as it is
 * (`before`) nor as it was written down (`recorded`). What is only known after the apply comes from another resource.
 */
function isAsked(
	before: unknown,
	after: unknown,
	unknown: unknown,
	recorded: unknown,
): boolean {
	if (unknown === true) return false;
	if (after !== null && typeof after === "object") {
		const keys = new Set([
			...Object.keys(after),
			...Object.keys(Object(before)),
			...Object.keys(Object(recorded)),
		]);
		return [...keys].some((key) =>
			isAsked(
				at(before, key),
				at(after, key),
				at(unknown, key),
				at(recorded, key),
			),
		);
	}
	return (after ?? null) !== (before ?? null) && !isSame(after, recorded);
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
		const { before, after, after_unknown } = each.change;
		const drift =
			drifted.get(each.address) ?? drifted.get(each.previous_address ?? "");
		const recorded = drift ? drift.before : before;
		const is = {
			drift: drift !== undefined,
			unapplied:
				action === "move" ||
				action === "import" ||
				isAsked(before, after, after_unknown, recorded),
		};
		const causes = DRIFT_CAUSES.filter((cause) => is[cause]);
		return [{ address: each.address, action, causes }];
	});
	const found = new Set(changes.flatMap(({ causes }) => causes));
	// nothing but outputs, or what follows from an unknown value
	if (found.size === 0) found.add(drifted.size > 0 ? "drift" : "unapplied");
	return { changes, causes: DRIFT_CAUSES.filter((cause) => found.has(cause)) };
}
