import { list, record } from "../../raw";
import {
	type ComposeConfig,
	type ComposePart,
	composeDocuments,
	composePart,
	configsOf,
} from "./compose-part";
import { folderOf, pathFrom } from "./compose-paths";
import type {
	ComposeProject,
	FindFile,
	IncludedFile,
	InlineFile,
} from "./compose-project";
import {
	type ComposeService,
	overridden,
	readService,
	type ServiceSurroundings,
} from "./compose-service";
import {
	envFileVariables,
	type PlacedVariable,
	type Variables,
} from "./compose-variables";
import type { Report } from "./host-rules";
import type { LintFile } from "./lint-file";
import { textOf, type YamlFile } from "./yaml-file";

/** More files of one project than anybody writes: those that include others several times multiply. */
const MAX_FILES = 200;
/** Services that extend each other in a row; nobody has more. */
const MAX_BASES = 8;

/** How a service comes to be: the file it stands in, and whose it is. */
interface Scope {
	/** From where paths count. */
	readonly folder: string;
	readonly variables: Variables;
	readonly configs: ReadonlyMap<string, ComposeConfig>;
}

/**
 * Puts together what Compose does: files over each other, what they include, what their services extend, env files and
 * variables. Of the files that it is given, a further one is an override of those before it.
 */
export function composeReader(
	find: FindFile,
	report: Report,
): (files: readonly LintFile[]) => ComposeProject {
	const known = new Map<string, readonly YamlFile[]>();
	const documentsOf = (file: LintFile) => {
		const found = known.get(file.path) ?? composeDocuments(file, report);
		known.set(file.path, found);
		return found;
	};
	return (files) => readProject(files, documentsOf, find, report);
}

function readProject(
	files: readonly LintFile[],
	documentsOf: (file: LintFile) => readonly YamlFile[],
	find: FindFile,
	report: Report,
): ComposeProject {
	const inlines = new Map<string, InlineFile>();
	const included = new Map<string, IncludedFile>();
	const includes = new Set<string>();
	const extended = new Set<string>();
	const project = files.map((each) => each.path).join(" ");
	let left = MAX_FILES;

	/** Once for many services that extend those of one file. */
	const partsBy = new WeakMap<Variables, Map<string, ComposePart[]>>();
	const partsOf = (file: LintFile, variables: Variables): ComposePart[] => {
		const byPath = partsBy.get(variables) ?? new Map<string, ComposePart[]>();
		partsBy.set(variables, byPath);
		const parts =
			byPath.get(file.path) ??
			documentsOf(file).map((yaml) => composePart(file.path, yaml, variables));
		byPath.set(file.path, parts);
		return parts;
	};

	const known = new Map<string, LintFile | undefined>();
	/** An env file of many services is read once too. */
	const findOnce: FindFile = (path, folder) => {
		const key = `${folder} ${path}`;
		if (!known.has(key)) known.set(key, find(path, folder));
		return known.get(key);
	};

	/** Another compose file; told where it cannot be found. */
	const open = (
		path: string,
		folder: string,
		{ file, yaml }: ComposePart,
		where: readonly [key: "include" | "services", ...(string | number)[]],
	): LintFile | undefined => {
		const isInclude = where[0] === "include";
		const found = isInclude && left-- <= 0 ? undefined : findOnce(path, folder);
		if (found) included.set(found.path, { ...found, kind: "compose" });
		else
			report(
				"include-not-followed",
				{ file, line: yaml.lineOf(...where) },
				`got ${isInclude ? "include" : "extends"} ${path}`,
				"name that file too, or write it from the folder of this one",
				"warning",
			);
		return found;
	};

	/** What env files say, the later over the earlier. */
	const variablesOf = (
		paths: readonly string[],
		folder: string,
		read: (file: LintFile) => void = () => {},
	) => {
		const all = new Map<string, PlacedVariable>();
		for (const path of paths) {
			const found = findOnce(path, folder);
			if (!found) continue;
			read(found);
			for (const each of envFileVariables(found.path, found.text, all))
				all.set(...each);
		}
		return all;
	};

	const load = (
		given: readonly LintFile[],
		folder: string,
		own: ReadonlyMap<string, PlacedVariable>,
		outer: Variables,
		within: readonly string[],
	): ReadonlyMap<string, ComposeService> => {
		const variables: Variables = new Map([
			...[...own].map(([name, { value }]) => [name, value] as const),
			...outer,
		]);
		const parts = given.flatMap((each) => partsOf(each, variables));
		const configs = new Map(parts.flatMap((part) => configsOf(part, folder)));
		const scope: Scope = { folder, variables, configs };
		const services = new Map<string, ComposeService>();
		for (const part of parts) {
			for (const [i, value] of list(part.root.include).entries())
				for (const each of include(value, i, part, scope, within))
					services.set(...each);
			for (const name of Object.keys(record(part.root.services))) {
				const found = whole(name, part, scope, []);
				const before = services.get(name);
				services.set(name, before ? overridden(before, found) : found);
			}
		}
		return services;
	};

	/** Services of an entry of `include`: a path, or several that are put over each other. */
	const include = (
		value: unknown,
		i: number,
		part: ComposePart,
		{ folder, variables }: Scope,
		within: readonly string[],
	): ReadonlyMap<string, ComposeService> => {
		const entry = record(value);
		const paths = list(entry.path ?? value).map(textOf);
		const found = paths.flatMap((path) => {
			const each = path ? open(path, folder, part, ["include", i]) : undefined;
			return each && !within.includes(each.path) ? [each] : [];
		});
		for (const each of found) includes.add(each.path);
		const [first] = found;
		if (!first) return new Map();
		const own = textOf(entry.project_directory);
		const theirs = folderOf(own ? pathFrom(folder, `${own}/x`) : first.path);
		const envFiles = list(entry.env_file).map(textOf);
		return load(
			found,
			theirs,
			envFiles.length > 0
				? variablesOf(envFiles, folder)
				: variablesOf([".env"], theirs),
			variables,
			[...within, ...found.map(({ path }) => path)],
		);
	};

	/** Of a part by folder and name: in a row that extends each other every service is made once. */
	const made = new WeakMap<ComposePart, Map<string, ComposeService>>();
	/** A service with what it extends below it. */
	const whole = (
		name: string,
		part: ComposePart,
		scope: Scope,
		below: readonly string[],
	): ComposeService => {
		const all = made.get(part) ?? new Map<string, ComposeService>();
		made.set(part, all);
		const before = all.get(`${scope.folder} ${name}`);
		if (before) return before;
		const value = record(record(part.root.services)[name]);
		const self = `${part.file} ${name}`;
		const base =
			below.length > MAX_BASES || below.includes(self)
				? undefined
				: baseOf(name, value.extends, part, scope, [...below, self]);
		const own = readService(name, value, {
			...surroundings(name, value, part, scope),
			isElsewhere: base === undefined && value.extends !== undefined,
		});
		const found = base ? { ...overridden(base, own), place: own.place } : own;
		all.set(`${scope.folder} ${name}`, found);
		return found;
	};

	const baseOf = (
		name: string,
		value: unknown,
		part: ComposePart,
		scope: Scope,
		below: readonly string[],
	): ComposeService | undefined => {
		const { file, service } = record(value);
		const wanted = textOf(service ?? value);
		const path = textOf(file);
		if (wanted === "") return undefined;
		if (path === "")
			return Object.hasOwn(record(part.root.services), wanted)
				? whole(wanted, part, scope, below)
				: undefined;
		const found = open(path, scope.folder, part, ["services", name, "extends"]);
		if (!found) return undefined;
		// its paths count from its own folder
		const theirs = { ...scope, folder: folderOf(found.path) };
		const other = partsOf(found, scope.variables).find(({ root }) =>
			Object.hasOwn(record(root.services), wanted),
		);
		if (other && found.path !== part.file)
			extended.add(`${found.path} ${wanted}`);
		return other && whole(wanted, other, theirs, below);
	};

	const surroundings = (
		name: string,
		value: Readonly<Record<string, unknown>>,
		{ file, yaml }: ComposePart,
		{ folder, variables, configs }: Scope,
	): Omit<ServiceSurroundings, "isElsewhere"> => {
		const envFiles = list(value.env_file).map((each) =>
			textOf(record(each).path ?? each),
		);
		const fileVariables = variablesOf(envFiles, folder, (each) =>
			included.set(each.path, { ...each, kind: "env" }),
		);
		return {
			project,
			variables,
			fileVariables,
			placeOf: (...path) => ({
				file,
				line: yaml.lineOf("services", name, ...path),
			}),
			forgets: (key) =>
				/^!(reset|override)$/.test(yaml.tagOf("services", name, key)),
			pathOf: (source) => pathFrom(folder, source),
			configSource: (source, target) => {
				const config = configs.get(source);
				if (!config) return pathFrom(folder, source);
				if (config.content === "") return config.path;
				const path = `${config.file}#${source}${target}`;
				const text = "\n".repeat(config.above) + config.content;
				inlines.set(path, { path, text, writtenIn: config.file });
				return path;
			},
		};
	};

	const path = files[0]?.path ?? "";
	const folder = folderOf(path);
	const services = load(
		files,
		folder,
		variablesOf([".env"], folder),
		new Map(),
		files.map((each) => each.path),
	);
	return {
		path,
		files,
		services,
		inlines: [...inlines.values()],
		included: [...included.values()],
		includes,
		extended,
	};
}
