import type { Thresholds } from "../thresholds";
import type { Watch } from "../watch";
import { findingScenarios } from "./finding-scenarios";
import { outageScenarios } from "./outage-scenarios";
import type { Scenario } from "./scenario";
import { shardScenarios } from "./shard-scenarios";
import { sightScenarios } from "./sight-scenarios";

/**
 * The stories of a probe. Trouble begins at the second firing, S seconds in, unless the story says otherwise.
 *
 * @param step seconds between two looks at the rules.
 */
export function probeScenarios(
	watch: Watch,
	t: Thresholds,
	step: number,
): Scenario[] {
	return [
		{ name: "all is well", onsets: [], looks: [0, 5 * watch.gap] },
		...findingScenarios(watch, t),
		...outageScenarios(watch, t),
		...sightScenarios(watch, t, step),
		...(watch.shards > 1 ? shardScenarios(watch, t) : []),
	];
}
