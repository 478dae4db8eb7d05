import type * as Yaml from "yaml";
import { record } from "../../raw";
import { LintSyntaxError } from "./lint-syntax-error";
import { MAX_YAML_DEPTH, tooDeepAt } from "./yaml-depth";

/** A mapping of a YAML file. */
export type YamlMap = Readonly<Record<string, unknown>>;

/** A YAML file, or a document of it, as plain values, and where each of them stands. */
export interface YamlFile {
	readonly root: YamlMap;
	/** 1-based line at which it begins. */
	readonly line: number;
	/** 1-based line of what is at a path, or of the nearest thing above it that has one. */
	lineOf(...path: readonly (string | number)[]): number;
	/** Tag of what is at a path (`!reset`); "" for none. */
	tagOf(...path: readonly (string | number)[]): string;
}

/** More expansions of an alias than any hand writes; a few nested ones make gigabytes. */
const MAX_ALIASES = 1000;

/** @throws LintSyntaxError for what is no YAML mapping, or several of them. */
export function parseYamlFile(text: string): YamlFile {
	const [file, second] = parseYamlDocuments(text);
	if (second)
		throw new LintSyntaxError(second.line, "got a second document, wanted one");
	// there is always one
	return file as YamlFile;
}

/**
 * Every document of a file, at least one.
 *
 * @throws LintSyntaxError for one that is no YAML mapping.
 */
export function parseYamlDocuments(text: string): readonly YamlFile[] {
	const deep = tooDeepAt(text);
	if (deep !== undefined)
		throw new LintSyntaxError(
			deep,
			`got more than ${MAX_YAML_DEPTH} levels inside each other`,
		);
	// loaded when first used: it takes 40 ms
	const yaml = require("yaml") as typeof Yaml;
	const lines = new yaml.LineCounter();
	const found = yaml.parseAllDocuments(text, {
		lineCounter: lines,
		merge: true,
		// each would quote the text around it: of thousands that takes minutes
		prettyErrors: false,
		// a template's {{ x }} is a key that is a mapping: what is told of it goes to nobody
		logLevel: "error",
	});
	const documents = Array.isArray(found) ? found : [];
	if (documents.length === 0) throw new LintSyntaxError(1, "got no mapping");
	return documents.map((each) => readDocument(yaml, each, lines));
}

function readDocument(
	{ isAlias, isCollection, isMap, isNode, isScalar, isSeq, visit }: typeof Yaml,
	document: Yaml.Document.Parsed,
	lines: Yaml.LineCounter,
): YamlFile {
	const [error] = document.errors;
	if (error)
		throw new LintSyntaxError(
			lines.linePos(error.pos[0]).line,
			firstLine(error.message),
		);
	const line = lines.linePos(
		document.contents?.range[0] ?? document.range[0],
	).line;
	let root: unknown;
	try {
		root = document.toJS({ maxAliasCount: MAX_ALIASES });
	} catch (error) {
		// too many aliases
		throw new LintSyntaxError(
			line,
			error instanceof Error ? firstLine(error.message) : "not YAML",
		);
	}
	if (!isMap(document.contents))
		throw new LintSyntaxError(line, "got no mapping");
	let anchors: Map<string, Yaml.Node> | undefined;
	/** What an alias stands for. */
	const meant = (node: unknown): unknown => {
		if (!isAlias(node)) return node;
		if (!anchors) {
			const found = new Map<string, Yaml.Node>();
			visit(document, {
				Value: (_, each) => void (each.anchor && found.set(each.anchor, each)),
			});
			anchors = found;
		}
		return anchors.get(node.source);
	};
	/** Pairs of a mapping by their key, merged ones too: one of thousands is asked thousands of times. */
	const pairs = new WeakMap<Yaml.YAMLMap, Map<unknown, Yaml.Pair>>();
	const pairsOf = (map: Yaml.YAMLMap): ReadonlyMap<unknown, Yaml.Pair> => {
		const known = pairs.get(map);
		if (known) return known;
		const own = new Map(
			map.items.map((pair) => [
				isScalar(pair.key) ? keyOf(pair.key.value) : undefined,
				pair,
			]),
		);
		pairs.set(map, own);
		const merged = meant(own.get("<<")?.value);
		for (const each of isSeq(merged) ? merged.items : [merged]) {
			const below = meant(each);
			for (const [key, pair] of isMap(below) ? pairsOf(below) : [])
				if (!own.has(key)) own.set(key, pair);
		}
		return own;
	};
	/** What is at a path, and the offset of its key, where it has one: its value may begin on the next line. */
	const nodeAt = (path: readonly (string | number)[]) => {
		let node: unknown = document.contents;
		let offset: number | undefined;
		for (const key of path) {
			const pair = isMap(node) ? pairsOf(node).get(key) : undefined;
			const value = isSeq(node) ? node.items[Number(key)] : pair?.value;
			const place = pair?.key ?? value;
			offset = isNode(place) ? place.range?.[0] : undefined;
			node = meant(value);
		}
		return { node, offset };
	};
	return {
		root: record(root),
		line,
		lineOf: (...path) => {
			for (let length = path.length; length > 0; length--) {
				const { offset } = nodeAt(path.slice(0, length));
				if (offset !== undefined) return lines.linePos(offset).line;
			}
			return 1;
		},
		tagOf: (...path) => {
			const { node } = nodeAt(path);
			return isScalar(node) || isCollection(node) ? (node.tag ?? "") : "";
		},
	};
}

/** The key of a merge is a symbol. */
function keyOf(value: unknown): unknown {
	return typeof value === "symbol" ? value.description : value;
}

function firstLine(text: string): string {
	return text.split("\n")[0]?.replace(/:$/, "") ?? "";
}

/** Text of a scalar; "" for anything else. */
export function textOf(value: unknown): string {
	return typeof value === "string" ||
		typeof value === "number" ||
		typeof value === "boolean"
		? String(value)
		: "";
}
