import type { AlertName } from "../alert";
import type { Run } from "./pushed-group";

/** What the registry's own /metrics says at a time (seconds); undefined: no such series. */
export interface TargetSamples {
	readonly up?: number;
	readonly hits?: number;
	readonly requests?: number;
}

/** When an alert fires. Seconds from the start of the scenario. */
export interface Onset {
	readonly alert: AlertName;
	/** From then on. */
	readonly at: number;
	/** It is over then; where it is not after `at`, the alert never fires. @default - to the end */
	readonly until?: number;
}

/** A story of one registry, and every alert it gives; all other registries are well meanwhile. */
export interface Scenario {
	readonly name: string;
	/** What the run at firing `firing` (0, 1, 2, ...) sees, where it differs from a healthy one; undefined: no run. */
	readonly run?: (firing: number, shard: number) => Partial<Run> | undefined;
	/** The Pushgateway restarts empty. */
	readonly lostAt?: number;
	readonly target?: (time: number) => TargetSamples;
	readonly onsets: readonly Onset[];
	/** Times at which the alerts are looked at, besides those just before and after an onset and after its end. */
	readonly looks?: readonly number[];
}
