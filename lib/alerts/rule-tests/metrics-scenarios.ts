import type { Registry } from "../../registry";
import type { Thresholds } from "../thresholds";
import type { Scenario, TargetSamples } from "./scenario";

/** Requests a second that a busy registry counts. */
const BUSY = 100;

/** A registry that is up and serves from its cache. */
export function healthyTarget(time: number): TargetSamples {
	return { up: 1, hits: BUSY * time, requests: BUSY * time };
}

/** The stories of a registry's own metrics; `step` is the seconds between two scrapes. */
export function metricsScenarios(
	registry: Registry,
	t: Thresholds,
	step: number,
): Scenario[] {
	const { metrics } = registry;
	if (metrics === undefined) return [];
	const down = 10 * step;
	const back = down + t.downFor + 3 * step;
	// a rate needs two scrapes
	const lowHits = {
		alert: "RegistryLowCacheHitRate",
		at: step + t.hitFor,
	} as const;
	const few = Math.max(0, Math.ceil(BUSY * t.hitRatio) - 1);
	const late = 20 * step;
	return [
		{
			name: "the registry is down, and comes back",
			target: (time) =>
				time >= down && time < back ? { up: 0 } : healthyTarget(time),
			onsets: [
				{ alert: "DockerRegistryDown", at: down + t.downFor, until: back },
			],
		},
		{
			name: "Prometheus has no such target",
			target: () => ({}),
			onsets: [{ alert: "DockerRegistryDown", at: t.downFor }],
		},
		{
			name: "the cache never hits, then rarely",
			target: (time) => ({
				up: 1,
				requests: BUSY * time,
				// 2.8 has no such series before the first hit
				...((metrics.distribution === 3 || time >= late) && {
					hits: time < late ? 0 : few * (time - late),
				}),
			}),
			onsets: [lowHits],
		},
		{
			name: "the cache hits just enough",
			target: (time) => ({
				up: 1,
				hits: (few + 2) * time,
				requests: BUSY * time,
			}),
			onsets: [],
			looks: [late],
		},
		{
			name: "nobody asks the cache",
			target: () => ({ up: 1, hits: 5, requests: 1000 }),
			onsets: [],
			looks: [late],
		},
	];
}
