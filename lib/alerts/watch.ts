import { SHARD_LABEL } from "../guard/contract";
import type { Registry } from "../registry";
import { parseSchedule } from "./schedule";
import type { Thresholds } from "./thresholds";

/** A registry and how it is probed: what its alerts depend on. */
export interface WatchedRegistry {
	readonly registry: Registry;
	/** Five-field cron expression of the probe's CronJob. @default "*\/15 * * * *" */
	readonly schedule?: string;
	/** IANA name, the CronJob's `timeZone`. @default "UTC" */
	readonly timezone?: string;
	/** @default 1 */
	readonly shards?: number;
	/** TAGS_PER_REPO of the probe; without it all tags are looked at. @default 0 */
	readonly tagsPerRepo?: number;
}

/** A watched registry with everything resolved that expressions are made of. */
export interface Watch {
	readonly registry: Registry;
	readonly shards: number;
	readonly tagsPerRepo: number;
	/** S: seconds of the longest gap between two firings. */
	readonly gap: number;
	/** Seconds after which the last run is no longer fresh. */
	readonly freshFor: number;
	/** Label matchers of every series of this registry. */
	readonly selector: string;
	/** The same, of the groups that the configured number of shards publishes to; older groups are left out. */
	readonly present: string;
}

/** Schedule of a probe that names none. */
export const DEFAULT_SCHEDULE = "*/15 * * * *";

/** @throws Error naming the registry's prop, what it got and what it wanted. */
export function watch(watched: WatchedRegistry, thresholds: Thresholds): Watch {
	const { registry, shards = 1, tagsPerRepo = 0 } = watched;
	for (const [prop, value, least] of [
		["shards", shards, 1],
		["tagsPerRepo", tagsPerRepo, 0],
	] as const) {
		if (!Number.isInteger(value) || value < least) {
			throw new Error(
				`${registry.name}.${prop}: got ${value}, wanted a whole number, ${least} or more`,
			);
		}
	}
	const { schedule = DEFAULT_SCHEDULE, timezone } = watched;
	const gap = parseSchedule(schedule, timezone).longestGap;
	const { staleFloor, staleGaps } = thresholds;
	// a JSON string is a PromQL string
	const quote = JSON.stringify;
	const selector = `job=${quote(registry.probeName)},instance=${quote(registry.instance)}`;
	return {
		registry,
		shards,
		tagsPerRepo,
		gap,
		freshFor: Math.max(staleFloor, staleGaps * gap),
		selector,
		present: `${selector},${SHARD_LABEL}${shards > 1 ? "!" : ""}=""`,
	};
}
