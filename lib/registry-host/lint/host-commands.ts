import type { Place } from "./host-rules";
import { CRON_LINE, type HostFileKind } from "./kind-of";

/** A file that starts programs: a crontab, a unit, a script. */
export interface CommandFile {
	readonly file: string;
	readonly kind: HostFileKind;
	readonly text: string;
}

/** A command line, its continuation lines joined. */
export interface HostCommand extends Place {
	readonly text: string;
}

/** Something that starts by the clock. */
export interface HostJob extends Place {
	/** Minutes of the week, from Sunday 00:00, rising. */
	starts(): readonly number[];
	/** What it runs, with the text of the scripts of the set that it names. */
	readonly command: string;
}

const DAY = 1440;
const MAX_VALUES = 60;
const WEEK = 7 * DAY;
const NAMED: Readonly<Record<string, string>> = {
	"@yearly": "0 0 1 1 *",
	"@annually": "0 0 1 1 *",
	"@monthly": "0 0 1 * *",
	"@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *",
	"@midnight": "0 0 * * *",
	"@hourly": "0 * * * *",
};
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** What a unit says about itself. */
const IS_PROSE = /^\s*(Description|Documentation)\s*=/;

/** A text that a script only shows: `cat <<EOF`, to no file. */
const SHOWN = /^\s*cat\s+(?:>&2\s+)?<<-?\s*["']?(\w+)["']?(?:\s*>&2)?\s*$/;

/** Every command line of a file; comments are none. */
export function commandsOf({ file, kind, text }: CommandFile): HostCommand[] {
	const lines: { line: number; text: string }[] = [];
	let joined: { line: number; text: string } | undefined;
	let shownTo: string | undefined;
	for (const [i, raw] of text.split("\n").entries()) {
		if (shownTo !== undefined) {
			if (raw.trim() === shownTo) shownTo = undefined;
			continue;
		}
		if (!joined && kind === "script") shownTo = SHOWN.exec(raw)?.[1];
		// systemd passes over comments inside a continued line too
		if ((!joined || kind === "systemd-unit") && /^\s*([#;]|$)/.test(raw)) {
			if (joined && raw.trim() === "") lines.push(joined);
			if (raw.trim() === "") joined = undefined;
			continue;
		}
		joined ??= { line: i + 1, text: "" };
		const continues = /\\\s*$/.test(raw);
		joined.text += raw.replace(/\\\s*$/, " ");
		if (continues) continue;
		lines.push(joined);
		joined = undefined;
	}
	if (joined) lines.push(joined);
	const told =
		kind === "systemd-unit"
			? lines.filter((each) => !IS_PROSE.test(each.text))
			: lines;
	return told.map((each) => ({ file, ...each }));
}

/** What crontabs and timers of the set start, by the clock. */
export function jobsOf(files: readonly CommandFile[]): HostJob[] {
	const scripts = files.filter(({ kind }) => kind === "script");
	/** The command, and what is in the scripts that it names. */
	const whole = (command: string) =>
		[
			command,
			...scripts
				.filter(({ file }) => runs(command, nameOf(file)))
				.map(({ text }) => text),
		].join("\n");
	return files.flatMap((each): HostJob[] => {
		if (each.kind === "crontab")
			return commandsOf(each).flatMap(({ file, line, text }) => {
				const [, when = "", command = ""] = CRON_LINE.exec(text) ?? [];
				const starts = () => cronStarts(when);
				return command ? [{ file, line, starts, command: whole(command) }] : [];
			});
		if (each.kind === "systemd-unit")
			return timerJobs(each, files).map((job) => ({
				...job,
				command: whole(job.command),
			}));
		return [];
	});
}

/** Whether a script is named where a program is: by a path, or to a shell; its name alone may be any word. */
export function runs(command: string, script: string): boolean {
	return command
		.split(/[\s"';&|()=]+/)
		.some(
			(word, i, words) =>
				word.endsWith(`/${script}`) ||
				(word === script && /(^|\/)(ba|da)?sh$/.test(words[i - 1] ?? "")),
		);
}

function nameOf(file: string): string {
	return file.slice(file.lastIndexOf("/") + 1);
}

function timerJobs(
	{ file, text }: CommandFile,
	files: readonly CommandFile[],
): HostJob[] {
	const unit = /^[ \t]*Unit[ \t]*=(.+)$/m.exec(text)?.[1]?.trim();
	const own = nameOf(file).replace(/\.timer$/, ".service");
	const service = files.find(
		(each) =>
			each.kind === "systemd-unit" && nameOf(each.file) === (unit ?? own),
	);
	const command = service ? service.text : "";
	return text.split("\n").flatMap((line, i) => {
		const when = /^\s*OnCalendar\s*=\s*(.+)$/.exec(line)?.[1]?.trim();
		return when
			? [{ file, line: i + 1, starts: () => calendarStarts(when), command }]
			: [];
	});
}

/** Minutes of the week at which a cron expression may fire: a day of the month may be any day of the week. */
function cronStarts(expression: string): number[] {
	const text = NAMED[expression.trim().toLowerCase()] ?? expression.trim();
	const [minute = "", hour = "", date = "", , day = ""] = text.split(/\s+/);
	const minutes = fieldValues(minute, 0, 59);
	const hours = fieldValues(hour, 0, 23);
	const days =
		date === "*" || date === "?"
			? fieldValues(day === "?" ? "*" : day, 0, 7).map((each) => each % 7)
			: [0, 1, 2, 3, 4, 5, 6];
	return startsAt(days, hours, minutes);
}

function startsAt(
	days: readonly number[],
	hours: readonly number[],
	minutes: readonly number[],
): number[] {
	const all = days.flatMap((day) =>
		hours.flatMap((hour) =>
			minutes.map((minute) => day * DAY + hour * 60 + minute),
		),
	);
	return [...new Set(all)].filter((each) => each < WEEK).sort((a, b) => a - b);
}

function fieldValues(field: string, least: number, most: number): number[] {
	// a minute has sixty values, however often they are written
	const parts = [...new Set(field.split(","))].slice(0, MAX_VALUES);
	return parts.flatMap((part) => {
		const [, range = "", step = "1"] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
		const [first = "", last = first] =
			range === "*" ? [String(least), String(most)] : range.split(/[-~]/);
		const from = numberOf(first);
		// n/step goes on to the end
		const to =
			part.includes("/") && !/[-~]/.test(range) ? most : numberOf(last);
		if (from === undefined || to === undefined || Number(step) < 1) return [];
		// a week goes round: Fri..Sun
		const end = from > to && most <= 7 ? to + 7 : Math.min(most, to);
		const values: number[] = [];
		for (let i = Math.max(least, from); i <= end; i += Number(step))
			values.push(end > most ? i % 7 : i);
		return values;
	});
}

function numberOf(text: string): number | undefined {
	if (/^\d+$/.test(text)) return Number(text);
	const day = DAYS.indexOf(text.slice(0, 3).toLowerCase());
	return day === -1 ? undefined : day;
}

/** The same of systemd's OnCalendar, of its forms with days and times; others are not judged. */
function calendarStarts(expression: string): number[] {
	const named = NAMED[`@${expression.toLowerCase()}`];
	// systemd's week begins on Monday
	if (named) return cronStarts(expression === "weekly" ? "0 0 * * 1" : named);
	const [, days = "", hours = "", minutes = ""] =
		/^(?:([A-Za-z][A-Za-z,.]*)\s+)?(?:[\d*]+-[\d*,./~]+-[\d*,./~]+\s+)?([\d*,/.]+):([\d*,/.]+)(?::\d+)?(?:\s+\S+)?$/.exec(
			expression,
		) ?? [];
	if (hours === "") return [];
	const week = days === "" ? "*" : days.replaceAll("..", "-");
	return startsAt(
		fieldValues(week, 0, 6),
		fieldValues(hours.replaceAll("..", "-"), 0, 23),
		fieldValues(minutes.replaceAll("..", "-"), 0, 59),
	);
}
