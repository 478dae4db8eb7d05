import { isMap, LineCounter, type Node, parseDocument } from "yaml";
import { list, type Raw, record, string, strings } from "../raw";
import { GENERATED } from "./mark";
import { matrixCells } from "./matrix-cells";
import { mergeSequences } from "./merge-sequences";
import { SCHEMA_KEYS, type SchemaPlace } from "./schema-keys";
import {
	type WrongValue,
	wrongDependencies,
	wrongFilters,
} from "./wrong-values";

/** Include and exclude globs; both empty means no filter. */
export interface ParsedPattern {
	readonly include: readonly string[];
	readonly exclude: readonly string[];
}

export interface ParsedCondition {
	/** Empty: every event. */
	readonly events: readonly string[];
	readonly branch: ParsedPattern;
	readonly cron: ParsedPattern;
	readonly ref: ParsedPattern;
	/** Filters by repository, platform or instance: what they let through is not known here. */
	readonly isForeign: boolean;
	/** undefined: no path filter. */
	readonly path:
		| (ParsedPattern & {
				readonly ignoreMessage: string;
				readonly onEmpty: boolean;
		  })
		| undefined;
	readonly status: readonly string[];
	readonly evaluate: string | undefined;
	readonly line: number;
}

export interface UnknownKey {
	readonly key: string;
	readonly place: SchemaPlace;
	readonly line: number;
}

export interface ParsedStep {
	readonly name: string;
	readonly image: string;
	readonly commands: readonly string[];
	/** What its failure does; empty: not said. */
	readonly failure: string;
	readonly hasSettings: boolean;
	/** Or an entrypoint: what only a step without settings may have. */
	readonly hasEnvironment: boolean;
	readonly secrets: readonly string[];
	readonly when: readonly ParsedCondition[];
	/** Without the optional ones. */
	readonly dependsOn: readonly string[];
	/** An empty list counts too: the step starts at once. Nothing after the colon does not. */
	readonly hasDependsOn: boolean;
	readonly line: number;
}

/** A workflow file as far as triggers, images and secrets go; of ours and of files that we did not write. */
export interface ParsedWorkflow {
	readonly file: string;
	readonly name: string;
	/** Carries our mark. */
	readonly generated: boolean;
	readonly when: readonly ParsedCondition[];
	readonly cloneImages: readonly {
		readonly image: string;
		readonly line: number;
	}[];
	readonly steps: readonly ParsedStep[];
	readonly services: readonly ParsedStep[];
	/** Cells of its matrix in which every value of every axis is; one without values where there is no matrix. */
	readonly cells: readonly ReadonlyMap<string, string>[];
	/** Workflows that it waits for, without the optional ones. */
	readonly dependsOn: readonly string[];
	readonly unknownKeys: readonly UnknownKey[];
	readonly wrongValues: readonly (WrongValue & { readonly line: number })[];
	readonly text: string;
}

/** The file is no workflow. */
export class WorkflowSyntaxError extends Error {
	override readonly name = "WorkflowSyntaxError";
	readonly line: number;
	constructor(line: number, message: string) {
		super(message);
		this.line = line;
	}
}

const MAX_BYTES = 1024 * 1024;
/** What YAML does not let in. */
const CONTROL = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ud800-\udfff\ue000-\uffff]/;

/** @throws WorkflowSyntaxError */
export function parseWorkflow(file: string, text: string): ParsedWorkflow {
	if (text.length > MAX_BYTES)
		throw new WorkflowSyntaxError(
			1,
			`got ${text.length} characters, wanted at most ${MAX_BYTES}`,
		);
	const control = CONTROL.exec(text);
	if (control)
		throw new WorkflowSyntaxError(
			text.slice(0, control.index).split("\n").length,
			`got the control character ${control[0].charCodeAt(0)}`,
		);
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, merge: true });
	const [error] = document.errors;
	if (error)
		throw new WorkflowSyntaxError(
			error.linePos?.[0].line ?? 1,
			error.message.split("\n")[0] ?? "not YAML",
		);
	if (!isMap(document.contents))
		throw new WorkflowSyntaxError(1, "got no mapping, wanted a workflow");
	let raw: Raw;
	try {
		mergeSequences(document);
		raw = document.toJS({ maxAliasCount: 1000 }) as Raw;
	} catch (cause) {
		throw new WorkflowSyntaxError(
			1,
			cause instanceof Error ? cause.message : "too many aliases",
		);
	}
	const lineOf = (...path: (string | number)[]): number => {
		for (let n = path.length; n > 0; n--) {
			const node = document.getIn(path.slice(0, n), true) as Node | undefined;
			if (node?.range) return lines.linePos(node.range[0]).line;
		}
		return 1;
	};
	const unknownKeys: UnknownKey[] = [];
	const judgeKeys = (
		value: unknown,
		place: SchemaPlace,
		...path: (string | number)[]
	) => {
		for (const key of Object.keys(record(value)))
			if (!SCHEMA_KEYS[place].has(key))
				unknownKeys.push({ key, place, line: lineOf(...path, key) });
	};
	const judgeWhen = (
		value: unknown,
		place: SchemaPlace,
		...path: (string | number)[]
	) => {
		if (!Array.isArray(value)) judgeKeys(value, place, ...path);
		else
			for (const [i, each] of value.entries())
				judgeKeys(each, place, ...path, i);
	};
	const wrongValues: (WrongValue & { line: number })[] = [];
	const judgeValues = (value: Raw, ...path: (string | number)[]) => {
		for (const each of [
			...wrongDependencies(value.depends_on),
			...wrongFilters(value.when),
		])
			wrongValues.push({ ...each, line: lineOf(...path, ...each.path) });
	};
	const containers = (section: "steps" | "services"): ParsedStep[] =>
		named(raw[section]).map(([key, each, own]) => {
			judgeKeys(own, section === "steps" ? "step" : "service", section, key);
			judgeWhen(each.when, "stepWhen", section, key, "when");
			judgeValues(own, section, key);
			for (const map of ["environment", "settings"])
				if (typeof (each[map] ?? {}) !== "object" || Array.isArray(each[map]))
					throw new WorkflowSyntaxError(
						lineOf(section, key, map),
						`${map}: got ${Array.isArray(each[map]) ? "a list" : JSON.stringify(each[map])}, no mapping`,
					);
			for (const command of list(each.commands))
				if (typeof command !== "string")
					throw new WorkflowSyntaxError(
						lineOf(section, key, "commands"),
						`commands: got ${JSON.stringify(command)}, no text`,
					);
			return {
				name: string(each.name) || String(key),
				image: string(each.image),
				commands: strings(each.commands),
				failure: string(each.failure),
				hasEnvironment:
					each.environment !== undefined || each.entrypoint !== undefined,
				hasSettings:
					typeof each.settings === "object" && each.settings !== null,
				secrets: secretNames(each),
				when: conditions(each.when, (...path) =>
					lineOf(section, key, "when", ...path),
				),
				dependsOn: required(each.depends_on),
				hasDependsOn: (each.depends_on ?? null) !== null,
				line: lineOf(section, key),
			};
		});
	judgeKeys(raw, "workflow");
	judgeWhen(raw.when, "when", "when");
	judgeValues(raw);
	return {
		file,
		name: file.replace(/^.*\//, "").replace(/\.ya?ml$/, ""),
		generated:
			document.commentBefore?.includes(GENERATED) ??
			text.slice(0, 200).includes(GENERATED),
		when: conditions(raw.when, (...path) => lineOf("when", ...path)),
		cloneImages: named(raw.clone).map(([key, each]) => ({
			image: string(each.image),
			line: lineOf("clone", key),
		})),
		steps: containers("steps"),
		services: containers("services"),
		cells: matrixCells(record(raw.matrix)),
		dependsOn: required(raw.depends_on),
		unknownKeys,
		wrongValues,
		text,
	};
}

/** Names that have to be there; an optional one is dropped where it is not. */
function required(value: unknown): string[] {
	return list(value)
		.filter((one) => record(one).optional !== true)
		.map((one) => record(one).name ?? one)
		.filter((one) => typeof one === "string");
}

/** Steps are a list, or a mapping by name. */
function named(value: unknown): [key: string | number, each: Raw, own: Raw][] {
	if (Array.isArray(value))
		return value.map((each, i) => [i, record(each), record(each)]);
	return Object.entries(record(value)).map(([name, each]) => [
		name,
		{ name, ...record(each) },
		record(each),
	]);
}

function conditions(
	value: unknown,
	lineOf: (...path: (string | number)[]) => number,
): ParsedCondition[] {
	if (value === undefined || value === null) return [];
	const items = Array.isArray(value) ? value : [value];
	return items.map((item, i): ParsedCondition => {
		const raw = record(item);
		const path = record(raw.path);
		return {
			events: strings(raw.event),
			branch: pattern(raw.branch),
			cron: pattern(raw.cron),
			ref: pattern(raw.ref),
			isForeign: ["repo", "platform", "instance"].some(
				(key) => raw[key] !== undefined,
			),
			path:
				raw.path === undefined
					? undefined
					: {
							...pattern(raw.path),
							ignoreMessage: string(path.ignore_message),
							onEmpty: path.on_empty !== false,
						},
			status: strings(raw.status),
			evaluate:
				typeof raw.evaluate === "string" && raw.evaluate !== ""
					? raw.evaluate
					: undefined,
			line: Array.isArray(value) ? lineOf(i) : lineOf(),
		};
	});
}

function pattern(value: unknown): ParsedPattern {
	const { include, exclude } = record(value);
	return Array.isArray(value) || typeof value === "string"
		? { include: strings(value), exclude: [] }
		: { include: strings(include), exclude: strings(exclude) };
}

/** Every `from_secret` below a value. */
function secretNames(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(secretNames);
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, each]) =>
		key === "from_secret" && typeof each === "string"
			? [each]
			: secretNames(each),
	);
}
