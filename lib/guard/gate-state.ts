import { asRecord } from "../oci/descriptor";
import type { Holding } from "./gate-holdings";
import type { Whole } from "./gate-losses";

const KIND = "registry-guard-gate";
const SCHEMA = 1;
const WANTED = "wanted what gate open wrote";
const INCOMPLETE = `got fields missing or of another type, ${WANTED}`;

/** What `gate open` writes and `gate close` compares with. */
export interface GateState {
	readonly schema: typeof SCHEMA;
	readonly kind: typeof KIND;
	/** Of the guard that wrote it. */
	readonly version: string;
	/** RFC 3339. */
	readonly opened: string;
	readonly base: string;
	/** Origin; null for a pull-through cache. */
	readonly registry: string | null;
	/** The reports of the looks at opening. */
	readonly scan: unknown;
	readonly walk: unknown;
	readonly whole: Whole;
}

export function renderGateState(
	state: Omit<GateState, "schema" | "kind">,
): string {
	const { holdings, broken } = state.whole;
	const whole = {
		repositories: Object.fromEntries(
			[...holdings].map(([repository, { tags, revisions }]) => [
				repository,
				{ tags: Object.fromEntries(tags), revisions },
			]),
		),
		broken: broken ? [...broken] : null,
	};
	return `${JSON.stringify({ schema: SCHEMA, kind: KIND, ...state, whole })}\n`;
}

function parseHolding(value: unknown): Holding {
	const { tags, revisions } = asRecord(value) ?? {};
	const named = asRecord(tags);
	if (!named || !isStrings(revisions) || !isStrings(Object.values(named)))
		throw new Error(INCOMPLETE);
	return {
		tags: new Map(Object.entries(named as Record<string, string>)),
		revisions,
	};
}

function isString(value: unknown): value is string {
	return typeof value === "string";
}

function isStrings(value: unknown): value is string[] {
	return Array.isArray(value) && value.every(isString);
}

/**
 * Parses a STATE file.
 *
 * @throws Error saying what it got and what it wanted: cut short, another program's file, another schema
 */
export function parseGateState(text: string): GateState {
	let value: Record<string, unknown> | undefined;
	try {
		value = asRecord(JSON.parse(text));
	} catch {
		const got = text.trim() === "" ? "an empty file" : "no whole JSON document";
		throw new Error(`got ${got}, ${WANTED}`);
	}
	if (value?.kind !== KIND)
		throw new Error(`got a file of something else, ${WANTED}`);
	const { version, opened, base, registry, scan, walk } = value;
	if (value.schema !== SCHEMA)
		throw new Error(
			`got schema ${JSON.stringify(value.schema)} of guard ${JSON.stringify(version)}, wanted schema ${SCHEMA}`,
		);
	const { repositories, broken } = asRecord(value.whole) ?? {};
	const held = asRecord(repositories);
	if (
		!isString(version) ||
		!isString(opened) ||
		!isString(base) ||
		(registry !== null && !isString(registry)) ||
		!held ||
		!(broken === null || isStrings(broken))
	)
		throw new Error(INCOMPLETE);
	return {
		...{ schema: SCHEMA, kind: KIND, version, opened, base, registry },
		...{ scan, walk },
		whole: {
			holdings: new Map(
				Object.entries(held).map(([repository, each]) => [
					repository,
					parseHolding(each),
				]),
			),
			broken: broken === null ? undefined : new Set(broken),
		},
	};
}
