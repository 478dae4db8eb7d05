import type { ComposeService } from "./compose-file";
import {
	type CommandFile,
	commandsOf,
	type HostCommand,
} from "./host-commands";
import type { Report } from "./host-rules";

/** A garbage collection that a command starts, and its flags. */
const COLLECTION = /garbage-collect(?=[\s"',\]]|$)([^;|&\n]*)/g;
/** Commands that only speak of it. */
const SPEAKS =
	/^\s*[-@+!]*\s*(?:if\s+|then\s+|!\s*)*(echo|printf|e?grep|logger|log|say|sed|die)\b/;
const STOPS = /\b(stop|down|kill)\b/;
const STARTS_AGAIN = /\b(restart|start|up)\b/;

/** What is known of the descriptor caches of the set's registries. */
export type WarmCache = "yes" | "no" | "unknown";

/** Collections that destroy: with `-m`, and beside a registry that runs on. */
export function lintCollections(
	files: readonly CommandFile[],
	services: readonly {
		readonly file: string;
		readonly service: ComposeService;
	}[],
	cache: WarmCache,
	report: Report,
): void {
	for (const command of files.flatMap(commandsOf))
		for (const flags of collectionsIn(command.text))
			lintCollection(command, flags, files, cache, report);
	for (const { file, service } of services)
		for (const flags of collectionsIn(service.command))
			lintUntagged({ file, line: service.commandLine }, flags, report);
}

interface Flags {
	readonly text: string;
	readonly deletesUntagged: boolean;
	readonly isDry: boolean;
	/** What stands before it in its own line, and after it. */
	readonly before: string;
	readonly after: string;
}

function collectionsIn(text: string): Flags[] {
	return [...text.matchAll(COLLECTION)].flatMap((found) => {
		const before = text.slice(0, found.index);
		const own = before.slice(
			Math.max(
				...[";", "|", "&", "("].map((each) => before.lastIndexOf(each)),
			) + 1,
		);
		// in a crontab the time stands before the command
		const command = own.replace(/^\s*([-\d*/,@\w]+\s+){5}/, (time) =>
			/^[\s\d*]/.test(time) ? "" : time,
		);
		if (SPEAKS.test(command)) return [];
		const words = (found[1] ?? "").split(/[\s"',[\]]+/);
		const has = (short: string, long: string) =>
			words.some(
				(word) =>
					word === `--${long}` ||
					word === `--${long}=true` ||
					(/^-[a-z]+$/.test(word) && word.includes(short)),
			);
		return [
			{
				text: found[0].trim(),
				deletesUntagged: has("m", "delete-untagged"),
				isDry: has("d", "dry-run"),
				before,
				after: text.slice(found.index + found[0].length),
			},
		];
	});
}

function lintUntagged(
	place: { readonly file: string; readonly line: number },
	{ text, deletesUntagged }: Flags,
	report: Report,
): void {
	if (deletesUntagged)
		report(
			"gc-delete-untagged",
			place,
			`got ${text}`,
			"leave -m (--delete-untagged) out, on every version; delete by digest what must go, then collect plainly",
		);
}

function lintCollection(
	command: HostCommand,
	flags: Flags,
	files: readonly CommandFile[],
	cache: WarmCache,
	report: Report,
): void {
	lintUntagged(command, flags, report);
	if (flags.isDry || cache === "no") return;
	const name = command.file.slice(command.file.lastIndexOf("/") + 1);
	/** Units and scripts that start this one. */
	const starters = files
		.filter(({ file, text }) => file !== command.file && text.includes(name))
		.map(({ text }) => text);
	const around = [
		`${command.before}\n${flags.before}`,
		`${flags.after}\n${command.after}`,
	] as const;
	const isStopped = [around[0], ...starters].some((text) => STOPS.test(text));
	if (isStopped || STARTS_AGAIN.test(around[1])) return;
	report(
		"gc-with-warm-cache",
		command,
		`got ${flags.text} beside a registry that runs on${cache === "unknown" ? " (whether it has a cache cannot be seen without its configuration)" : ""}`,
		"stop the registry before it and start it after it: docker compose stop NAME; docker compose run --rm NAME garbage-collect ...; docker compose start NAME",
		cache === "unknown" ? "warning" : "error",
	);
}
