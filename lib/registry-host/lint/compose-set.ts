import { folderOf } from "./compose-paths";
import type { ComposeProject, FindFile } from "./compose-project";
import { composeReader } from "./compose-reader";
import type { ComposeService } from "./compose-service";
import type { Report } from "./host-rules";
import type { LintFile } from "./lint-file";

/** The services of all compose files of a set, each with what other files say about it. */
export interface ComposeSet
	extends Pick<ComposeProject, "inlines" | "included"> {
	readonly services: readonly ComposeService[];
}

/** More files over one than anybody has; each is looked at with all of it. */
const MAX_OVERS = 10;

const OVERRIDES = ["compose", "docker-compose"].flatMap((name) => [
	`${name}.override.yml`,
	`${name}.override.yaml`,
]);

/**
 * Which files Compose is started with together: one by itself, or one and another over it, by its name
 * (`docker-compose.override.yml`) or because it says more about a service and not what that runs. What is included is
 * part of the including file, and a service that others extend of theirs.
 */
export function readComposeSet(
	files: readonly LintFile[],
	find: FindFile,
	report: Report,
): ComposeSet {
	const read = composeReader(find, report);
	const alone = files.map((file) => read([file]));
	const given = firsts(alone, (a, b) => b.includes.has(a.path));
	const named = new Set(files.map(({ path }) => path));
	const found = new Map(
		given
			.flatMap(({ path }) => overrideOf(path, find))
			.filter(({ path }) => !named.has(path))
			.map((each) => [each.path, { ...each, kind: "compose" as const }]),
	);
	const roots = [...given, ...[...found.values()].map((each) => read([each]))];
	const bases = firsts(roots, isOver);
	const projects = bases.flatMap((base) => {
		const overs = roots
			.filter((each) => each !== base && isOver(each, base))
			.slice(0, MAX_OVERS);
		return overs.length === 0
			? [base]
			: overs.map((each) => read([...base.files, ...each.files]));
	});
	// over one that is over another itself, or over one that has many
	const rest = roots.filter(
		({ path }) =>
			!projects.some((each) => each.files.some((file) => file.path === path)),
	);
	const all = [...projects, ...rest];
	const isExtended = (own: ComposeProject, { place, name }: ComposeService) =>
		all.some(
			({ path, extended }) =>
				path !== own.path && extended.has(`${place.file} ${name}`),
		);
	return {
		services: all.flatMap((project) =>
			[...project.services.values()].filter(
				(each) => !isExtended(project, each),
			),
		),
		inlines: all.flatMap(({ inlines }) => inlines),
		included: [...found.values(), ...all.flatMap(({ included }) => included)],
	};
}

/** What Compose puts over a file of its own name where nobody names files. */
function overrideOf(path: string, find: FindFile): LintFile[] {
	const folder = folderOf(path);
	if (!/^(docker-)?compose\.ya?ml$/.test(path.slice(folder.length))) return [];
	for (const name of OVERRIDES) {
		const found = find(name, folder);
		if (found) return [found];
	}
	return [];
}

/** Those that are below no other one; of two that are below each other the first. */
function firsts(
	all: readonly ComposeProject[],
	isBelow: (a: ComposeProject, b: ComposeProject) => boolean,
): readonly ComposeProject[] {
	return all.filter(
		(each, i) =>
			!all.some(
				(other, j) =>
					j !== i && isBelow(each, other) && !(i < j && isBelow(other, each)),
			),
	);
}

function isOver(over: ComposeProject, base: ComposeProject): boolean {
	if (folderOf(over.path) !== folderOf(base.path)) return false;
	const stem = /^(.*)\.override\.ya?ml$/.exec(over.path)?.[1];
	const own = base.path.replace(/\.ya?ml$/, "");
	if (stem === own || (isDefault(stem) && isDefault(own))) return true;
	return [...over.services.values()].some(
		({ name, isWhole }) => !isWhole && base.services.get(name)?.isWhole,
	);
}

function isDefault(stem = ""): boolean {
	return /(^|\/)(docker-)?compose$/.test(stem);
}
