import type { ComposeService } from "./compose-service";
import { type CommandFile, commandsOf, runs } from "./host-commands";
import type { Place, Report } from "./host-rules";
import { CRON_LINE } from "./kind-of";
import { hasCache, type RegistryView } from "./registry-view";
import { withoutFunctions } from "./shell-functions";

/** A garbage collection that a command starts, and its flags. */
const COLLECTION = /garbage-collect(?=[\s"',\]]|$)([^;|&\n]*)/g;
/** Commands that only speak of it, where a command stands: first, in the quotes of a shell, behind a word of the shell. */
const SPEAKS =
	/(?:^\s*(?:\w+=)?|["'`]\s*|\)\s+|(?:^|\s)(?:if|then|else|do|while|until|sudo)\s+)(?:[-@+!]\s*)*(?:\S{0,200}\/)?(echo|printf|e?grep|logger|log|say|sed|die|test|\[\[?)(?=\s)/;
/** What is said into a crontab is done. */
const TO_CRON =
	/\|\s*(?:sudo\s+)?(?:crontab\s|tee\s[^|;&]*\/cron)|>\s*\S*\/cron/;
/** A line of a crontab that is said, and where it does not end on the terminal. */
const IS_CRON =
	/["'][ \t]*(?:@\w+|(?:[*\d][*\d,/-]*[ \t]+){4}[*\dA-Za-z]\S*)[ \t]/;
const TO_FILE = /\|\s*(?:sudo\s+)?(?:crontab|tee)\s|>\s*[^&\s]/;
/** A pattern of the shell (`*"garbage-collect -m"*`). */
const IS_PATTERN = /^\s*\(?\*["'][^"']*$/;
const MANAGER =
	"\\b(?:docker|podman|nerdctl|compose|systemctl|service)\\b[^;|&\\n]{0,300}";
const STOPS = new RegExp(
	`${MANAGER}(?:\\b(?:stop|down|kill)\\b|\\srm\\s+-\\w*f|\\bscale\\s+\\S+=0\\b)`,
);
const RESTARTS = new RegExp(`${MANAGER}\\b(?:restart|--force-recreate)\\b`);
const STARTS_AGAIN = new RegExp(`${MANAGER}\\b(?:restart|start|up)\\b`);

/** A flag as Go's programs read it, and what they take for true. */
const FLAG = /^(?:-([a-z]+)|--([a-z-]+))(?:=(.*))?$/;
const IS_TRUE = /^(1|t|T|TRUE|true|True)$/;

/** More collections in one line than anybody writes. */
const MAX_A_LINE = 100;
/** Longer than anybody writes: variables in it would multiply it. */
const MAX_LINE = 2000;

/** Collections that destroy: with `-m`, and beside a registry that runs on. */
export function lintCollections(
	files: readonly CommandFile[],
	services: readonly ComposeService[],
	registries: readonly RegistryView[],
	report: Report,
): void {
	for (const file of files) lintFile(file, files, registries, report);
	for (const service of services) {
		const place = service.commandPlace;
		for (const flags of collectionsIn(service.command)) {
			lintUntagged(place, flags, report);
			const others = registries.filter(
				(each) =>
					each.service?.project === service.project && each.service !== service,
			);
			// what is started with the others runs beside them
			if (service.isAlwaysUp && others.length > 0 && !flags.isDry)
				lintWarm(place, flags, "", others, report);
		}
		for (const label of service.labels)
			for (const flags of collectionsIn(label)) {
				const at = service.labelsPlace;
				lintUntagged(at, flags, report);
				if (!isSafeAlone(flags)) lintWarm(at, flags, "", registries, report);
			}
	}
}

interface Flags {
	readonly text: string;
	readonly deletesUntagged: boolean;
	readonly isDry: boolean;
	/** What stands before it in its own command. */
	readonly own: string;
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
				...[";", "|", "&", "(", "`", "\n"].map((each) =>
					before.lastIndexOf(each),
				),
			) + 1,
		);
		const speaker = SPEAKS.exec(own)?.[1];
		const isInstalled =
			/^(echo|printf)$/.test(speaker ?? "") &&
			(IS_CRON.test(own) ? TO_FILE : TO_CRON).test(text.slice(found.index));
		if ((speaker && !isInstalled) || IS_PATTERN.test(own)) return [];
		if (speaksByTheClock(own) || /\s#/.test(own)) return [];
		const [said = ""] = (found[1] ?? "").split(/\s#/);
		const words = said
			.split(/[\s,[\]`]+/)
			.map((each) => each.replace(/["']/g, ""));
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
				own,
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
	/(?:^|[\s;"'=])([A-Za-z_]\w*)\+?=(?:"([^"\n]{0,99})"|'([^'\n]{0,99})'|\(([^)]{0,299})\)|([^\s;"'()]+))/g;
/** `${FLAGS:--m}`: what is taken where nothing else is said. */
const WITH_DEFAULT = /\$\{(\w+):?[-=]([^}]*)\}/g;

/** What a file sets flags and the beginnings of commands to, all of it: lines of a script, the environment of a crontab or a unit. */
function variablesOf(text: string): ReadonlyMap<string, string> {
	const values = new Map<string, string>();
	if (!text.includes("garbage-collect")) return values;
	for (const [, name = "", ...forms] of text
		.replace(/^Environment=/gm, " ")
		.matchAll(ASSIGNMENT)) {
		const form = forms.find((each) => each !== undefined) ?? "";
		const value = form.replace(WITH_DEFAULT, "$2").replace(/["'\s]+/g, " ");
		// a whole command is told where it stands
		const isPart =
			/(^|\s)-|\b(docker|podman|nerdctl|systemctl)\b/.test(value) &&
			!value.includes("garbage-collect");
		if (isPart && value.length < 300)
			values.set(name, `${values.get(name) ?? ""} ${value}`.slice(0, 200));
	}
	return values;
}

function withVariables(
	text: string,
	values: ReadonlyMap<string, string>,
): string {
	if (text.length > MAX_LINE) return text;
	return text
		.replace(WITH_DEFAULT, (_, name, other) => values.get(name) ?? other)
		.replace(
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

/** Beside a registry that remembers: of those that the command names, otherwise of any. */
function lintWarm(
	place: Place,
	{ text }: Flags,
	command: string,
	registries: readonly RegistryView[],
	report: Report,
): void {
	const words = new Set(command.split(/[\s"';&|()=]+/));
	const named = registries.filter(({ service }) =>
		// the program is called registry too
		service?.names.some((each) => each !== "registry" && words.has(each)),
	);
	const known = (named.length > 0 ? named : registries).filter(
		(each) => each.config || hasCache(each),
	);
	if (known.length > 0 && !known.some(hasCache)) return;
	report(
		"gc-with-warm-cache",
		place,
		`got ${text} beside a registry that runs on${known.length > 0 ? "" : " (whether it has a cache cannot be seen without its configuration)"}`,
		"stop the registry before it and start it after it: docker compose stop NAME; docker compose run --rm NAME garbage-collect ...; docker compose start NAME",
		known.length > 0 ? "error" : "warning",
	);
}

/** Whether its own line deletes nothing, or stops the registry around it. */
function isSafeAlone({ isDry, own, before, after }: Flags): boolean {
	if (isDry) return true;
	const container = execOf(own);
	// what is stopped cannot be entered: whatever was stopped is something else
	return container === undefined
		? STOPS.test(before) || STARTS_AGAIN.test(after)
		: restarts(after, container);
}

const EXEC =
	/\b(?:docker|podman|nerdctl|compose)\b[^;|&\n]{0,300}?\bexec\s+(?:(?:-[euw]|--(?:env|env-file|index|user|workdir))[\s=]\S+\s+|-\S+\s+)*([\w.-]+)/;

/** The container or service that a command enters (`docker exec NAME`, `docker compose exec -T NAME`). */
function execOf(own: string): string | undefined {
	return EXEC.exec(own)?.[1];
}

/** Whether a restart means a container: by its name, or everything. */
function restarts(text: string, container: string): boolean {
	const [found] = RESTARTS.exec(text) ?? [];
	if (found === undefined) return false;
	const rest = text.slice(text.indexOf(found) + found.length);
	const names = (/^[^;|&\n]*/.exec(rest)?.[0] ?? "")
		.split(/[\s"']+/)
		.filter((each) => /^[\w$]/.test(each));
	return (
		names.length === 0 ||
		names.some((each) => each.includes(container) || each.includes("$")) ||
		/\b(systemctl|service)\b/.test(found)
	);
}

function lintFile(
	file: CommandFile,
	files: readonly CommandFile[],
	registries: readonly RegistryView[],
	report: Report,
): void {
	const values = variablesOf(file.text);
	const isAny = file.text.includes("garbage-collect");
	const called = isAny ? withoutFunctions(file.text) : undefined;
	const commands = commandsOf(file).map((each) => ({
		...each,
		text: called ? called(withVariables(each.text, values)) : each.text,
	}));
	const found = commands.map(({ text }) => collectionsIn(text));
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
			const container = execOf(flags.own);
			const isSafeAround =
				container === undefined
					? isStoppedByStarter || (stopped !== -1 && stopped < i) || started > i
					: commands.slice(i + 1).some(({ text }) => restarts(text, container));
			if (!isSafeAlone(flags) && !(isSafeAround && !isAlone))
				lintWarm(command, flags, command.text, registries, report);
		}
}
