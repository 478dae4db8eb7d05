import { type ComposeService, parseCompose } from "./compose-file";
import { type CommandFile, jobsOf } from "./host-commands";
import type { HostProblem, Report } from "./host-rules";
import { type HostFileKind, kindOf } from "./kind-of";
import { lintCollections, type WarmCache } from "./lint-collections";
import { lintService } from "./lint-compose";
import { lintCron } from "./lint-cron";
import { lintDns, netplanServers, resolvedServers } from "./lint-dns";
import { lintNginx } from "./lint-nginx";
import { lintPorts, type NginxFile } from "./lint-ports";
import { lintRegistry } from "./lint-registry";
import { LintSyntaxError } from "./lint-syntax-error";
import { parseNginx } from "./parse-nginx";
import {
	type RegistryConfigFile,
	type RegistryView,
	registryViews,
} from "./registry-view";
import { withSilences } from "./silences";
import { parseYamlFile } from "./yaml-file";

/** A file to look at; its kind follows from its text. */
export interface LintFile {
	readonly path: string;
	readonly text: string;
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
	const problems: HostProblem[] = [];
	const told = new Set<string>();
	const report: Report = (
		rule,
		{ file, line },
		reason,
		fix,
		severity = "error",
	) => {
		// a header that six servers inherit, a configuration that two services mount
		const key = [rule, file, line, reason].join("\n");
		if (told.has(key)) return;
		told.add(key);
		problems.push({ rule, severity, file, line, reason, fix });
	};
	const set = readSet(files, report);
	const { services, configs, nginxes, commands } = set;
	const registries = registryViews(configs, services);
	for (const { file, service } of services) lintService(file, service, report);
	for (const registry of registries)
		lintRegistry(registry, services.length > 0, report);
	const paths = files.map(({ path }) => path);
	for (const { file, directives } of nginxes)
		lintNginx(file, directives, paths, report);
	lintPorts(services, nginxes, registries, report);
	lintCollections(commands, services, warmCache(registries), report);
	lintCron(jobsOf(commands), report);
	lintDns(set.nameServers, report);
	return files.flatMap(({ path, text }) =>
		withSilences(
			path,
			text,
			problems.filter(({ file }) => file === path),
		).toSorted((a, b) => a.line - b.line),
	);
}

function readSet(files: readonly LintFile[], report: Report) {
	const services: { file: string; service: ComposeService }[] = [];
	const configs: RegistryConfigFile[] = [];
	const nginxes: NginxFile[] = [];
	const commands: CommandFile[] = [];
	const nameServers: Parameters<typeof lintDns>[0][number][] = [];
	const readers: Record<HostFileKind, (file: string, text: string) => void> = {
		compose: (file, text) =>
			void services.push(
				...parseCompose(text).map((service) => ({ file, service })),
			),
		nginx: (file, text) =>
			void nginxes.push({ file, directives: parseNginx(text) }),
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
	for (const { path, text } of files) {
		if (text.length > MAX_LENGTH) {
			notLinted(path, 1, `got ${text.length} characters`, report);
			continue;
		}
		const kind = kindOf(text);
		try {
			if (kind) readers[kind](path, text);
		} catch (error) {
			if (!(error instanceof LintSyntaxError)) throw error;
			notLinted(path, error.line, `as ${kind}: ${error.message}`, report);
		}
	}
	return { services, configs, nginxes, commands, nameServers };
}

function notLinted(
	file: string,
	line: number,
	reason: string,
	report: Report,
): void {
	report(
		"not-linted",
		{ file, line },
		reason,
		"mend the file: nothing in it was looked at",
	);
}

function warmCache(registries: readonly RegistryView[]): WarmCache {
	const known = registries.filter(({ config }) => config);
	if (known.length === 0) return "unknown";
	return known.some(({ value }) => value("storage", "cache", "blobdescriptor"))
		? "yes"
		: "no";
}
