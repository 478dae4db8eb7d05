const UNITS = { s: 1, m: 60, h: 3600 } as const;

/**
 * Seconds of a duration as the guard writes it: `90s`, `10m`, `1h`.
 *
 * @throws Error naming the prop, what it got and what it wanted.
 */
export function parseDuration(text: string, prop: string): number {
	const match = /^([1-9]\d{0,6})([smh])$/.exec(text);
	if (!match) {
		throw new Error(
			`${prop}: got ${JSON.stringify(text)}, wanted a duration such as 90s, 10m or 1h`,
		);
	}
	return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS];
}
