import { readPlan } from "../../../lib/guard/roots/plan-changes";

type Change = Parameters<typeof JSON.stringify>[0];

function plan(
	changes: readonly Change[],
	drift: readonly Change[] = [],
): string {
	return JSON.stringify({
		format_version: "1.2",
		resource_changes: changes,
		resource_drift: drift,
	});
}
const change = (
	address: string,
	actions: readonly string[],
	before: unknown,
	after: unknown,
	after_unknown: unknown = {},
	more: object = {},
) => ({ address, change: { actions, before, after, after_unknown }, ...more });

describe("what a plan would change, and why", () => {
	test.each<[string, Change[], Change[], string, string[]]>([
		[
			"a new resource",
			[change("a", ["create"], null, { x: 1 })],
			[],
			"create",
			["unapplied"],
		],
		[
			"a new resource without arguments",
			[change("a", ["create"], null, { x: null }, { id: true })],
			[],
			"create",
			["unapplied"],
		],
		[
			"a changed argument",
			[change("a", ["update"], { x: 1 }, { x: 2 })],
			[],
			"update",
			["unapplied"],
		],
		[
			"a resource that a failed apply left half made",
			[
				change(
					"a",
					["delete", "create"],
					{ x: 1 },
					{ x: 1 },
					{ id: true },
					{ action_reason: "replace_because_tainted" },
				),
			],
			[],
			"replace",
			["unapplied"],
		],
		[
			"a resource taken out of the code",
			[change("a", ["delete"], { x: 1 }, null)],
			[],
			"delete",
			["unapplied"],
		],
		[
			"a forced replacement",
			[change("a", ["delete", "create"], { x: 1 }, { x: 2 })],
			[],
			"replace",
			["unapplied"],
		],
		[
			"created before the old one goes",
			[change("a", ["create", "delete"], { x: 1 }, { x: 2 })],
			[],
			"replace",
			["unapplied"],
		],
		[
			"changed by hand, back to what was recorded",
			[change("a", ["update"], { x: 9, y: 1 }, { x: 1, y: 1 })],
			[change("a", ["update"], { x: 1, y: 1 }, { x: 9, y: 1 })],
			"update",
			["drift"],
		],
		[
			"changed by hand in a nested list, beside a counter that only goes up",
			[
				change(
					"a",
					["update"],
					{ m: [{ l: { k: "x" }, generation: 2 }] },
					{ m: [{ l: {}, generation: 2 }] },
				),
			],
			[
				change(
					"a",
					["update"],
					{ m: [{ l: {}, generation: 1 }] },
					{ m: [{ l: { k: "x" }, generation: 2 }] },
				),
			],
			"update",
			["drift"],
		],
		[
			"changed in the code alone, while a counter went up",
			[
				change(
					"a",
					["update"],
					{ x: 1, version: 2 },
					{ x: 5 },
					{ version: true },
				),
			],
			[change("a", ["update"], { x: 1, version: 1 }, { x: 1, version: 2 })],
			"update",
			["unapplied"],
		],
		[
			"an element added by hand",
			[change("a", ["update"], { l: ["x", "y"] }, { l: ["x"] })],
			[change("a", ["update"], { l: ["x"] }, { l: ["x", "y"] })],
			"update",
			["drift"],
		],
		[
			"deleted by hand",
			[change("a", ["create"], null, { x: 1 }, { id: true })],
			[change("a", ["delete"], { x: 1, id: "7" }, null)],
			"create",
			["drift"],
		],
		[
			"changed by hand, and in the code",
			[change("a", ["update"], { x: 9, y: 1 }, { x: 1, y: 2 })],
			[change("a", ["update"], { x: 1, y: 1 }, { x: 9, y: 1 })],
			"update",
			["drift", "unapplied"],
		],
		[
			"deleted by hand, and changed in the code",
			[change("a", ["create"], null, { x: 2 })],
			[change("a", ["delete"], { x: 1 }, null)],
			"create",
			["drift", "unapplied"],
		],
		[
			"moved in the code",
			[
				change(
					"a",
					["no-op"],
					{ x: 1 },
					{ x: 1 },
					{},
					{ previous_address: "b" },
				),
			],
			[],
			"move",
			["unapplied"],
		],
	])("%s", (_what, changes, drift, action, causes) => {
		const read = readPlan(plan(changes, drift));
		expect(read.changes).toEqual([{ address: "a", action, causes }]);
		expect(read.causes).toEqual(causes);
	});

	test("what follows from another change has no cause of its own", () => {
		const read = readPlan(
			plan(
				[
					change("a", ["create"], null, { x: 1 }, { id: true }),
					change("b", ["update"], { of: "7" }, {}, { of: true }),
				],
				[change("a", ["delete"], { x: 1, id: "7" }, null)],
			),
		);
		expect(read.changes.map(({ causes }) => causes)).toEqual([["drift"], []]);
		expect(read.causes).toEqual(["drift"]);
	});

	test("data sources and what stays are no change; outputs alone are", () => {
		const read = readPlan(
			plan([
				change("a", ["no-op"], {}, {}),
				change("data.b", ["read"], null, {}),
			]),
		);
		expect(read).toEqual({ changes: [], causes: ["unapplied"] });
	});

	test.each(["", "null", "{}", "[]", '"x"'])("%j is no plan", (text) => {
		expect(() => readPlan(text)).toThrow();
	});
});
