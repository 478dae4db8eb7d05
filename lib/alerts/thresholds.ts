const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Every number of the alert table. Plain numbers are seconds; `...Gaps` count S, the longest gap between two firings of
 * the schedule; `...Ratio` are shares of 1.
 */
export const THRESHOLDS = {
	/** Three bad runs at a 15-minute schedule: a push or a clean-up under way is over by then. */
	failureFor: 30 * MINUTE,
	/** What pods run now cannot be pulled again; the next node drain is the outage. */
	inUseFor: 0,

	/** A short schedule may miss some runs (image pull, node drain) without waking anybody. */
	staleFloor: HOUR,
	/** Three runs missed, and the fourth is late. */
	staleGaps: 4,
	/** Prometheus's own restart and one late scrape. */
	staleFor: 15 * MINUTE,
	/** A fresh installation has one gap to its first run, and that run's own duration. */
	neverRanGaps: 2,
	/** Seven partial runs: no outage that passes by itself, and failures are not reset for so long. */
	notCompletingGaps: 8,
	notCompletingFor: 15 * MINUTE,
	/** One blind run at the default schedule, confirmed by the next. */
	catalogFor: 15 * MINUTE,

	/** A tenth of the content unseen is no longer noise of a busy registry. */
	inconclusiveRatio: 0.1,
	/** Throttling and restarts pass within three runs. */
	inconclusiveGaps: 3,
	/** All tags are asked for, so only tags that vanish during the run may be left out. */
	coverageRatio: 0.95,
	coverageGaps: 3,
	/** A fifth of all repositories gone within the window is a lost volume or the wrong backend, no retention. */
	shrinkRatio: 0.8,
	shrinkWindow: DAY,
	shrinkFor: 30 * MINUTE,
	/** Automatic renewal is 30 days before the end: two weeks later it has failed often. */
	tlsRemaining: 14 * DAY,
	tlsFor: HOUR,

	/** Longer than a restart around a garbage collection. */
	downFor: 10 * MINUTE,
	hitRatio: 0.25,
	/** Long enough to hold some pulls. */
	hitWindow: 15 * MINUTE,
	/** A night of builds with new layers misses for hours. */
	hitFor: 12 * HOUR,
} as const satisfies Record<string, number>;

/** A number for each name of THRESHOLDS. */
export type Thresholds = { readonly [K in keyof typeof THRESHOLDS]: number };

/** The defaults with some numbers replaced. */
export function thresholdsWith(changes?: Partial<Thresholds>): Thresholds {
	return replaceNumbers("thresholds", THRESHOLDS, changes);
}

/**
 * Named numbers with some replaced.
 *
 * @param prop where they are from, for errors.
 * @throws Error for a name that does not exist, for a number that is negative or not finite, and for parts of a second.
 */
export function replaceNumbers<Name extends string>(
	prop: string,
	defaults: Readonly<Record<Name, number>>,
	changes: Partial<Readonly<Record<Name, number>>> = {},
): Readonly<Record<Name, number>> {
	for (const [name, value] of Object.entries<number>(
		changes as Record<string, number>,
	)) {
		if (!(name in defaults)) {
			throw new Error(
				`${prop}: got ${name}, wanted one of ${Object.keys(defaults).join(", ")}`,
			);
		}
		const isRatio = name.endsWith("Ratio");
		const fits = isRatio ? value <= 1 : Number.isInteger(value);
		if (!(value >= 0) || !fits) {
			throw new Error(
				`${prop}.${name}: got ${value}, wanted ${isRatio ? "a share from 0 to 1" : "a whole number, 0 or more"}`,
			);
		}
	}
	return { ...defaults, ...changes };
}
