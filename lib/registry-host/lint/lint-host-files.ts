import { pathFrom } from "./compose-paths";
import type { FindFile, IncludedFile } from "./compose-project";
import { readComposeSet } from "./compose-set";
import { givenFiles } from "./given-files";
import { type CommandFile, jobsOf } from "./host-commands";
import type { HostProblem, Report } from "./host-rules";
import { type HostFileKind, kindOf } from "./kind-of";
import { lintCollections } from "./lint-collections";
import { lintService } from "./lint-compose";
import { lintCron } from "./lint-cron";
import { lintDns, netplanServers, resolvedServers } from "./lint-dns";
import type { LintFile } from "./lint-file";
import { lintNginx } from "./lint-nginx";
import { lintPorts } from "./lint-ports";
import { lintRegistry } from "./lint-registry";
import type { NginxFile } from "./nginx-doors";
import { type FindIncluded, followIncludes } from "./nginx-includes";
import { notLinted, readAs } from "./not-linted";
import { type RegistryConfigFile, registryViews } from "./registry-view";
import { withSilences } from "./silences";
import { parseYamlFile } from "./yaml-file";

/** What was found, and where besides the files that were given. */
export interface HostLint {
	readonly problems: readonly HostProblem[];
	/** Files that others include, extend or read: of the given ones, and of those that were found. */
	readonly included: readonly Pick<IncludedFile, "path" | "kind">[];
}

/** A file of this many characters is not written by hand, and a parser needs many times that. */
const MAX_LENGTH = 1024 * 1024;

/**
 * Every named problem of a set of files that belong together: a port of the compose file is looked for in the nginx
 * configuration, a configuration's version in the compose file. A file of a kind without rules is passed over, one that
 * cannot be read as what it is is a problem itself, and the others are looked at all the same.
 */
export function lintHostFiles(
	files: readonly LintFile[],
): readonly HostProblem[] {
	return lintHostSet(files, () => []).problems;
}

/** The same, with what files name that is not among them: `find` looks for it. */
export function lintHostSet(
	files: readonly LintFile[],
	find: FindIncluded,
): HostLint {
	const problems: HostProblem[] = [];
	const told = new Set<string>();
	/** Compose files by the texts that stand in them and are files of a container. */
	const writtenIn = new Map<string, string>();
	const report: Report = (
		rule,
		{ file: named, line },
		reason,
		fix,
		severity = "error",
	) => {
		const file = writtenIn.get(named) ?? named;
		// a header that six servers inherit, a configuration that two services mount
		const key = [rule, file, line, reason].join("\n");
		if (told.has(key)) return;
		told.add(key);
		problems.push({ rule, severity, file, line, reason, fix });
	};
	const set = readSet(files, find, writtenIn, report);
	const { services, configs, nginxes, commands } = set;
	const registries = registryViews(configs, services);
	for (const service of services) lintService(service, report);
	for (const registry of registries)
		lintRegistry(registry, services.length > 0, report);
	for (const nginx of nginxes)
		lintNginx(nginx, nginxes, services, registries, report);
	lintPorts(services, nginxes, registries, report);
	lintCollections(commands, services, registries, report);
	lintCron(jobsOf(commands), report);
	lintDns(set.nameServers, report);
	const read = new Map(
		[...set.read, ...set.included].map((each) => [each.path, each]),
	);
	return {
		problems: [...read.values()].flatMap(({ path, text }) =>
			withSilences(
				path,
				text,
				problems.filter(({ file }) => file === path),
			).toSorted((a, b) => a.line - b.line),
		),
		included: set.included.filter(({ path }) => !writtenIn.has(path)),
	};
}

function readSet(
	files: readonly LintFile[],
	find: FindIncluded,
	writtenIn: Map<string, string>,
	report: Report,
) {
	const composes: LintFile[] = [];
	const configs: RegistryConfigFile[] = [];
	const nginxes: LintFile[] = [];
	const commands: CommandFile[] = [];
	const nameServers: Parameters<typeof lintDns>[0][number][] = [];
	const readers: Record<HostFileKind, (file: string, text: string) => void> = {
		compose: (path, text) => void composes.push({ path, text }),
		nginx: (path, text) => void nginxes.push({ path, text }),
		"registry-config": (file, text) =>
			void configs.push({ file, yaml: parseYamlFile(text) }),
		netplan: (file, text) =>
			void nameServers.push(...netplanServers(file, parseYamlFile(text))),
		resolved: (file, text) =>
			void nameServers.push(...resolvedServers(file, text)),
		crontab: (file, text) =>
			void commands.push({ file, kind: "crontab", text }),
		"systemd-unit": (file, text) =>
			void commands.push({ file, kind: "systemd-unit", text }),
		script: (file, text) => void commands.push({ file, kind: "script", text }),
	};
	const readOne = ({ path, text }: LintFile, kind: HostFileKind) =>
		readAs(kind, path, () => readers[kind](path, text), report);
	const read: LintFile[] = [];
	for (const each of files) {
		const { path, text } = each;
		if (text.length > MAX_LENGTH) {
			read.push(each);
			notLinted(path, 1, `got ${text.length} characters`, report);
			continue;
		}
		const kind = kindOf(text);
		if (!kind) continue;
		read.push(each);
		readOne(each, kind);
	}
	// a path of a compose file counts from a folder, not from a file
	const findFile: FindFile = (path, folder) =>
		files.find((each) => each.path === pathFrom(folder, path)) ??
		find(path, `${folder}.`)[0];
	const { services, inlines, included } = readComposeSet(
		composes,
		findFile,
		report,
	);
	for (const each of inlines) {
		const kind = kindOf(each.text.trimStart());
		if (!kind || kind === "compose") continue;
		writtenIn.set(each.path, each.writtenIn);
		readOne(each, kind);
	}
	const followed = followAll(nginxes, [...files, ...inlines], find, report);
	return {
		services,
		configs,
		commands,
		nameServers,
		read,
		nginxes: followed.nginxes,
		included: [...included, ...followed.included],
	};
}

/** The configurations that no other one includes, each with what it includes; of several that include each other, the first. */
function followAll(
	files: readonly LintFile[],
	given: readonly LintFile[],
	find: FindIncluded,
	report: Report,
) {
	const findAll: FindIncluded = (pattern, main) => {
		const named = givenFiles(pattern, main, given);
		return named.length > 0 ? named : find(pattern, main);
	};
	const followed = files.flatMap((file) => {
		const told: Parameters<Report>[] = [];
		const follow = () =>
			followIncludes(file, findAll, (...each) => told.push(each));
		const nginx = readAs("nginx", file.path, follow, report);
		return nginx ? [{ file, nginx, told }] : [];
	});
	const isIncluded = (path: string) =>
		followed.some(
			({ file, nginx }) =>
				file.path !== path && nginx.included.some((each) => each.path === path),
		);
	const roots = followed.filter(({ file }) => !isIncluded(file.path));
	const nginxes: NginxFile[] = [];
	const included = new Map<string, IncludedFile>();
	for (const { file, nginx, told } of [...roots, ...followed]) {
		const isDone = nginxes.some((each) => each.file === file.path);
		if (isDone || included.has(file.path)) continue;
		for (const each of nginx.included)
			included.set(each.path, { ...each, kind: "nginx" });
		for (const each of told) report(...each);
		nginxes.push({
			file: file.path,
			directives: nginx.directives,
			included: nginx.included.map(({ path }) => path),
		});
	}
	return { nginxes, included: [...included.values()] };
}
