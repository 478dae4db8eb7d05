import { isRecord, list } from "../raw";

/** A value of a kind that does not belong where it stands. */
export interface WrongValue {
	/** From where was asked: keys, and indexes of lists. */
	readonly path: readonly (string | number)[];
	readonly reason: string;
	readonly wanted: string;
}

type Fits = (value: unknown) => boolean;

const isText: Fits = (value) => typeof value === "string";
const isTexts: Fits = (value) =>
	isText(value) || (Array.isArray(value) && value.every(isText));
const isFlag: Fits = (value) => typeof value === "boolean";
const isMappingOf =
	(shape: Readonly<Record<string, Fits>>): Fits =>
	(value) =>
		isRecord(value) &&
		Object.entries(value).every(
			([key, each]) => Object.hasOwn(shape, key) && shape[key]?.(each),
		);
const GLOBS = { include: isTexts, exclude: isTexts };
const isGlobs: Fits = (value) => isTexts(value) || isMappingOf(GLOBS)(value);
const isPath: Fits = (value) =>
	isTexts(value) ||
	isMappingOf({ ...GLOBS, ignore_message: isText, on_empty: isFlag })(value);
const isDependency: Fits = (value) =>
	isText(value) ||
	(isMappingOf({ name: isText, optional: isFlag })(value) &&
		isRecord(value) &&
		"name" in value);

const TEXTS = "a text, or a list of texts";
const FILTER = `${TEXTS}, or include and exclude`;
const FILTERS: Readonly<Record<string, readonly [fits: Fits, wanted: string]>> =
	{
		evaluate: [isText, "a text"],
		event: [isTexts, TEXTS],
		status: [isTexts, TEXTS],
		path: [isPath, FILTER],
		...Object.fromEntries(
			["branch", "cron", "ref", "repo", "platform", "instance"].map(
				(key) => [key, [isGlobs, FILTER]] as const,
			),
		),
	};

/** What is no `depends_on`, of a step or a workflow. An empty one is not the same as none: the server refuses it. */
export function wrongDependencies(value: unknown): readonly WrongValue[] {
	const isRight =
		value === undefined ||
		isText(value) ||
		(Array.isArray(value) && value.every(isDependency));
	return isRight
		? []
		: [
				wrong(
					["depends_on"],
					value,
					"a name, or a list of names and of {name, optional}",
				),
			];
}

/** What is no `when`, and each filter in it that is none. */
export function wrongFilters(value: unknown): readonly WrongValue[] {
	if (value === undefined) return [];
	if (value === null || !list(value).every(isRecord))
		return [wrong(["when"], value, "a mapping, or a list of mappings")];
	return list(value).flatMap((item, i) =>
		Object.entries(item as object).flatMap(([key, filter]) => {
			const [fits, wanted] = Object.hasOwn(FILTERS, key)
				? (FILTERS[key] ?? [])
				: [];
			const path = Array.isArray(value) ? ["when", i, key] : ["when", key];
			return wanted && !fits?.(filter) ? [wrong(path, filter, wanted)] : [];
		}),
	);
}

function wrong(
	path: WrongValue["path"],
	value: unknown,
	wanted: string,
): WrongValue {
	const got = JSON.stringify(value).slice(0, 80);
	return {
		path,
		reason: `${path.at(-1)}: got ${got}`,
		wanted: `wanted ${wanted}`,
	};
}
