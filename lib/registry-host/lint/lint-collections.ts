import type { ComposeService } from "./compose-file";
import { type CommandFile, commandsOf, runs } from "./host-commands";
import type { Report } from "./host-rules";
import { CRON_LINE } from "./kind-of";

/** A garbage collection that a command starts, and its flags. */
const COLLECTION = /garbage-collect(?=[\s"',\]]|$)([^;|&\n]*)/g;
/** Commands that only speak of it. */
const SPEAKS =
	/^\s*[-@+!]*\s*(?:if\s+|then\s+|!\s*)*(echo|printf|e?grep|logger|log|say|sed|die)\b/;
const MANAGER =
	"\\b(?:docker|podman|nerdctl|compose|systemctl|service)\\b[^;|&\\n]{0,300}";
const STOPS = new RegExp(`${MANAGER}\\b(?:stop|down|kill)\\b`);
const STARTS_AGAIN = new RegExp(`${MANAGER}\\b(?:restart|start|up)\\b`);

/** A flag as Go's programs read it, and what they take for true. */
const FLAG = /^(?:-([a-z]+)|--([a-z-]+))(?:=(.*))?$/;
const IS_TRUE = /^(1|t|T|TRUE|true|True)$/;

/** More collections in one line than anybody writes. */
const MAX_A_LINE = 100;

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
	for (const file of files) lintFile(file, files, cache, report);
	for (const { file, service } of services) {
		for (const flags of collectionsIn(service.command))
			lintUntagged({ file, line: service.commandLine }, flags, report);
		for (const flags of service.labels.flatMap(collectionsIn))
			lintUntagged({ file, line: service.labelsLine }, flags, report);
	}
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
	if (!text.includes("garbage-collect")) return [];
	const all = [...text.matchAll(COLLECTION)].slice(0, MAX_A_LINE);
	return all.flatMap((found) => {
		const before = text.slice(0, found.index);
		const own = before.slice(
			Math.max(
				...[";", "|", "&", "(", "\n"].map((each) => before.lastIndexOf(each)),
			) + 1,
		);
		if (SPEAKS.test(own) || speaksByTheClock(own) || /\s#/.test(own)) return [];
		const [said = ""] = (found[1] ?? "").split(/\s#/);
		const words = said.split(/[\s"',[\]]+/);
		const has = (short: string, long: string) =>
			words.some((word) => {
				const [, flags, name, value = "true"] = FLAG.exec(word) ?? [];
				return IS_TRUE.test(value) && (name === long || flags?.includes(short));
			});
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

/** In a crontab the time stands before the command, and in that of the system a user too. */
function speaksByTheClock(text: string): boolean {
	const command = CRON_LINE.exec(text)?.[2];
	return (
		command !== undefined &&
		(SPEAKS.test(command) || SPEAKS.test(command.replace(/^\S+\s+/, "")))
	);
}

const ASSIGNMENT =
	/(?:^|[\s;"'=])([A-Za-z_]\w*)=(?:"([^"\n]{0,99})"|'([^'\n]{0,99})'|\(([^)\n]{0,99})\)|([^\s;"'()]+))/g;

/** What a file sets flags to: lines of a script, the environment of a crontab or a unit. */
function variablesOf(text: string): ReadonlyMap<string, string> {
	const values = new Map<string, string>();
	if (!text.includes("garbage-collect")) return values;
	for (const [, name = "", ...forms] of text
		.replace(/^Environment=/gm, " ")
		.matchAll(ASSIGNMENT)) {
		const value = forms.find((each) => each !== undefined) ?? "";
		// only flags: a whole command is told where it stands
		if (/^\s*-/.test(value) && value.length < 100) values.set(name, value);
	}
	return values;
}

function withVariables(
	text: string,
	values: ReadonlyMap<string, string>,
): string {
	if (values.size === 0 || !text.includes("garbage-collect")) return text;
	return text.replace(
		/\$(?:\{(\w+)(?:\[[@*]\])?\}|(\w+))/g,
		(whole, braced, bare) => values.get(braced ?? bare) ?? whole,
	);
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

function lintFile(
	file: CommandFile,
	files: readonly CommandFile[],
	cache: WarmCache,
	report: Report,
): void {
	const commands = commandsOf(file);
	const values = variablesOf(file.text);
	const found = commands.map(({ text }) =>
		collectionsIn(withVariables(text, values)),
	);
	// each line of a crontab runs alone, a unit and a script from the first line to the last
	const isAlone = file.kind === "crontab";
	const stopped = commands.findIndex(({ text }) => STOPS.test(text));
	const started = commands.findLastIndex(({ text }) => STARTS_AGAIN.test(text));
	const name = file.file.slice(file.file.lastIndexOf("/") + 1);
	const isStoppedByStarter =
		!isAlone &&
		found.some((each) => each.length > 0) &&
		files.some(
			(each) => each !== file && runs(each.text, name) && STOPS.test(each.text),
		);
	for (const [i, command] of commands.entries())
		for (const flags of found[i] ?? []) {
			lintUntagged(command, flags, report);
			const isSafe =
				flags.isDry ||
				STOPS.test(flags.before) ||
				STARTS_AGAIN.test(flags.after) ||
				isStoppedByStarter ||
				(!isAlone && ((stopped !== -1 && stopped < i) || started > i));
			if (!isSafe && cache !== "no")
				report(
					"gc-with-warm-cache",
					command,
					`got ${flags.text} beside a registry that runs on${cache === "unknown" ? " (whether it has a cache cannot be seen without its configuration)" : ""}`,
					"stop the registry before it and start it after it: docker compose stop NAME; docker compose run --rm NAME garbage-collect ...; docker compose start NAME",
					cache === "unknown" ? "warning" : "error",
				);
		}
}
