const UNITS = { s: 1, m: 60, h: 3600 } as const;
const WEEK = 7 * 24 * 3600;

/**
 * Seconds of a duration as the guard reads it: `90s`, `10m`, `1h`, at most a week.
 *
 * @throws Error naming the prop, what it got and what it wanted.
 */
export function parseDuration(text: string, prop: string): number {
	const match = /^([1-9]\d{0,6})([smh])$/.exec(text);
	const seconds =
		Number(match?.[1]) * UNITS[(match?.[2] ?? "s") as keyof typeof UNITS];
	if (!(seconds <= WEEK)) {
		throw new Error(
			`${prop}: got ${JSON.stringify(text)}, wanted a duration of at most a week such as 90s, 10m or 1h`,
		);
	}
	return seconds;
}
