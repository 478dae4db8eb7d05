import type * as Yaml from "yaml";
import { LintSyntaxError } from "./lint-syntax-error";

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
	// loaded when first used: it takes 40 ms
	const { LineCounter, isMap, isPair, isScalar, parseDocument } =
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
		// too many aliases, or nested deeper than the parser's own stack
		throw new LintSyntaxError(
			1,
			error instanceof Error ? firstLine(error.message) : "not YAML",
		);
	}
	if (!isMap(document.contents)) throw new LintSyntaxError(1, "got no mapping");
	/** A key's own line, where the path ends in one: its value may begin on the next. */
	const lineAt = (path: readonly (string | number)[]): number | undefined => {
		const parent = document.getIn(path.slice(0, -1), true);
		const key = path.at(-1);
		if (isMap(parent)) {
			const pair = parent.items.find(
				(each) => isPair(each) && isScalar(each.key) && each.key.value === key,
			);
			const range = isScalar(pair?.key) ? pair.key.range : undefined;
			if (range) return lines.linePos(range[0]).line;
		}
		const node = document.getIn(path, true) as Yaml.Node | undefined;
		return node?.range ? lines.linePos(node.range[0]).line : undefined;
	};
	return {
		root: mapOf(root),
		lineOf: (...path) => {
			for (let length = path.length; length > 0; length--) {
				const line = lineAt(path.slice(0, length));
				if (line !== undefined) return line;
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
