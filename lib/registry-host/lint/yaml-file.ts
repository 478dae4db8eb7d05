import type * as Yaml from "yaml";
import { LintSyntaxError } from "./lint-syntax-error";
import { MAX_YAML_DEPTH, tooDeepAt } from "./yaml-depth";

/** A mapping of a YAML file. */
export type YamlMap = Readonly<Record<string, unknown>>;

/** A YAML file as plain values, and where each of them stands. */
export interface YamlFile {
	readonly root: YamlMap;
	/** 1-based line of what is at a path, or of the nearest thing above it that has one. */
	lineOf(...path: readonly (string | number)[]): number;
}

/** More expansions of an alias than any hand writes; a few nested ones make gigabytes. */
const MAX_ALIASES = 1000;

/** @throws LintSyntaxError for what is no YAML mapping. */
export function parseYamlFile(text: string): YamlFile {
	const deep = tooDeepAt(text);
	if (deep !== undefined)
		throw new LintSyntaxError(
			deep,
			`got more than ${MAX_YAML_DEPTH} levels inside each other`,
		);
	// loaded when first used: it takes 40 ms
	const { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument } =
		require("yaml") as typeof Yaml;
	const lines = new LineCounter();
	let document: Yaml.Document.Parsed;
	let root: unknown;
	try {
		document = parseDocument(text, { lineCounter: lines, merge: true });
		const [error] = document.errors;
		if (error)
			throw new LintSyntaxError(
				error.linePos?.[0].line ?? 1,
				firstLine(error.message),
			);
		root = document.toJS({ maxAliasCount: MAX_ALIASES });
	} catch (error) {
		if (error instanceof LintSyntaxError) throw error;
		// too many aliases
		throw new LintSyntaxError(
			1,
			error instanceof Error ? firstLine(error.message) : "not YAML",
		);
	}
	if (!isMap(document.contents)) throw new LintSyntaxError(1, "got no mapping");
	/** Pairs of a mapping by their key: one of thousands is asked thousands of times. */
	const pairs = new WeakMap<Yaml.YAMLMap, ReadonlyMap<unknown, Yaml.Pair>>();
	const pairsOf = (map: Yaml.YAMLMap): ReadonlyMap<unknown, Yaml.Pair> => {
		const known =
			pairs.get(map) ??
			new Map(
				map.items.map((pair) => [
					isScalar(pair.key) ? pair.key.value : undefined,
					pair,
				]),
			);
		pairs.set(map, known);
		return known;
	};
	/** A key's own offset, where the path ends in one: its value may begin on the next line. */
	const offsetOf = (path: readonly (string | number)[]): number | undefined => {
		let node: unknown = document.contents;
		let offset: number | undefined;
		for (const key of path) {
			const pair = isMap(node) ? pairsOf(node).get(key) : undefined;
			node = isSeq(node) ? node.items[Number(key)] : pair?.value;
			const place = pair?.key ?? node;
			offset = isNode(place) ? place.range?.[0] : undefined;
		}
		return offset;
	};
	return {
		root: mapOf(root),
		lineOf: (...path) => {
			for (let length = path.length; length > 0; length--) {
				const offset = offsetOf(path.slice(0, length));
				if (offset !== undefined) return lines.linePos(offset).line;
			}
			return 1;
		},
	};
}

function firstLine(text: string): string {
	return text.split("\n")[0]?.replace(/:$/, "") ?? "";
}

/** The value as a mapping; anything else is an empty one. */
export function mapOf(value: unknown): YamlMap {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? (value as YamlMap)
		: {};
}

/** The value as a list: nothing is an empty one, a single value one of length one. */
export function listOf(value: unknown): readonly unknown[] {
	if (value === undefined || value === null) return [];
	return Array.isArray(value) ? value : [value];
}

/** Text of a scalar; "" for anything else. */
export function textOf(value: unknown): string {
	return typeof value === "string" ||
		typeof value === "number" ||
		typeof value === "boolean"
		? String(value)
		: "";
}
