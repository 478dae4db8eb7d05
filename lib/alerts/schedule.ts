import { CronPattern } from "croner";

const DAY = 86_400;

/** What a schedule's firings look like, as far as alerts and rotation care. */
export interface Schedule {
	/** Seconds of the longest gap between two firings that follow each other: S of the alert table. */
	readonly longestGap: number;
	/** Seconds of the shortest: a run has to end within it. */
	readonly shortestGap: number;
	/** All gaps are the same length; rotation by time window is only right then. */
	readonly isEven: boolean;
}

/**
 * Reads a 5-field cron expression as Kubernetes does (no macros, no `L`, `W`, `#`, no weekday 7).
 *
 * In a time zone with daylight saving a schedule that does not fire in every hour alike has a gap that is longer by the
 * shift (25 hours instead of 24), and is uneven. The firing that Kubernetes leaves out where its hour does not exist is
 * not counted: every alert waits for two gaps at least.
 *
 * @param timezone IANA name, the CronJob's `timeZone`. @default "UTC"
 * @throws Error naming prop, what it got and what it wanted.
 */
export function parseSchedule(expression: string, timezone = "UTC"): Schedule {
	const pattern = parsePattern(expression);
	const times = pattern.hour.flatMap((on, hour) =>
		on ? flags(pattern.minute).map((minute) => hour * 3600 + minute * 60) : [],
	);
	const [first = 0] = times;
	const last = times.at(-1) ?? 0;
	const days = matchingDays(pattern);
	if (days.length < 2)
		throw misuse("schedule", expression, "a day that exists");
	const gaps = new Set(times.slice(1).map((time, i) => time - (times[i] ?? 0)));
	for (let i = 1; i < days.length; i++) {
		const nights = (days[i] ?? 0) - (days[i - 1] ?? 0);
		gaps.add(nights * DAY + first - last);
	}
	const shift = daylightSaving(timezone);
	const isEveryHour = flags(pattern.hour).length === 24 && shift % 3600 === 0;
	const longer = isEveryHour ? 0 : shift;
	return {
		longestGap: Math.max(...gaps) + longer,
		// the night that has an hour less
		shortestGap: Math.min(
			...[...gaps].map((gap) => (gap > longer ? gap - longer : gap)),
		),
		isEven: gaps.size === 1 && longer === 0,
	};
}

/** One value, or several joined by what lists, ranges and steps are made of; names have three letters. */
const FIELD = /^(\*|\d+|[a-z]{3})([,/-](\*|\d+|[a-z]{3}))*$/i;

function parsePattern(expression: string): CronPattern {
	const wanted = 'five cron fields that Kubernetes accepts ("*/15 * * * *")';
	const fields = expression
		.trim()
		.split(/\s+/)
		// `?` is `*` for Kubernetes, and so is `*/1`
		.map((field) => field.replaceAll("?", "*").replace(/^\*\/0*1$/, "*"));
	// croner knows more than Kubernetes does: last day, nearest weekday, nth weekday, 7 for Sunday
	const isPlain =
		fields.length === 5 &&
		fields.every((field) => FIELD.test(field)) &&
		!/(^|[,-])0*7(?!\d)/.test(fields[4] ?? "");
	if (!isPlain) throw misuse("schedule", expression, wanted);
	try {
		return new CronPattern(fields.join(" "), undefined, {
			mode: "5-part",
			// `5/10` is 5-59/10 for Kubernetes
			sloppyRanges: true,
		});
	} catch {
		throw misuse("schedule", expression, wanted);
	}
}

/** Positions of the values that a field allows. */
function flags(field: readonly number[]): number[] {
	return field.flatMap((on, value) => (on ? [value] : []));
}

/**
 * Days on which it fires, as days since 1970, in 40 years that hold all there is: every weekday of every date (28 years)
 * and eight years without a 29 February (2096 to 2104).
 */
function matchingDays(pattern: CronPattern): number[] {
	// nearly every schedule fires on all days: the walk would cost a synth 10 ms each
	const isDaily = flags(pattern.month).length === 12;
	if (isDaily && pattern.starDOM && pattern.starDOW) return [0, 1];
	const from = Date.UTC(2096, 0, 1) / (DAY * 1000);
	const until = Date.UTC(2136, 11, 31) / (DAY * 1000);
	const days: number[] = [];
	for (let day = from; day <= until; day++) {
		const date = new Date(day * DAY * 1000);
		const isDate = Boolean(pattern.day[date.getUTCDate() - 1]);
		const isWeekday = Boolean(pattern.dayOfWeek[date.getUTCDay()]);
		// cron: where both are restricted either will do
		const isDay =
			pattern.starDOM || pattern.starDOW
				? isDate && isWeekday
				: isDate || isWeekday;
		if (isDay && pattern.month[date.getUTCMonth()]) days.push(day);
	}
	return days;
}

/** Seconds between the largest and the smallest offset of a zone in a year; 0 without daylight saving. */
function daylightSaving(timezone: string): number {
	if (timezone === "UTC") return 0;
	let format: Intl.DateTimeFormat;
	try {
		format = new Intl.DateTimeFormat("en", {
			timeZone: timezone,
			timeZoneName: "longOffset",
		});
	} catch {
		throw misuse("timezone", timezone, "an IANA time zone (Europe/London)");
	}
	// a fixed year: the same input gives the same rules whenever it is rendered
	const offsets = Array.from({ length: 12 }, (_, month) => {
		const text = format.format(new Date(Date.UTC(2025, month, 1)));
		const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(text) ?? [];
		const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60;
		return sign === "-" ? -size : size;
	});
	return Math.max(...offsets) - Math.min(...offsets);
}

function misuse(prop: string, got: unknown, wanted: string): Error {
	return new Error(`${prop}: got ${JSON.stringify(got)}, wanted ${wanted}`);
}
