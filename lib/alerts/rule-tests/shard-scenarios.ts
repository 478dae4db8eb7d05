import type { Thresholds } from "../thresholds";
import type { Watch } from "../watch";
import type { Run } from "./pushed-group";
import type { Onset, Scenario } from "./scenario";

/** One shard of several is not as the others. */
export function shardScenarios(watch: Watch, t: Thresholds): Scenario[] {
	const { gap: S, freshFor } = watch;
	const last = watch.shards - 1;
	/** Only the last shard has trouble. */
	const inOne =
		(trouble: (firing: number) => Partial<Run> | undefined): Scenario["run"] =>
		(firing, shard) =>
			shard === last ? trouble(firing) : {};
	const neverWhole: Onset = {
		alert: "RegistryIntegrityNotCompleting",
		at: t.notCompletingFor,
	};
	const patience = t.notCompletingGaps * S + t.notCompletingFor;
	return [
		{
			name: "one shard never runs",
			run: inOne(() => undefined),
			onsets: [
				{ alert: "RegistryIntegrityProbeNeverRan", at: t.neverRanGaps * S },
				neverWhole,
			],
		},
		{
			name: "one shard stops",
			run: inOne((firing) => (firing === 0 ? {} : undefined)),
			onsets: [
				{ alert: "RegistryIntegrityProbeStale", at: freshFor + t.staleFor },
				{
					alert: "RegistryIntegrityNotCompleting",
					at: patience,
					until: freshFor,
				},
			],
		},
		{
			name: "one shard never completes",
			run: inOne(() => ({ outcome: "partial" })),
			onsets: [neverWhole],
		},
		{
			name: "one shard is blind",
			run: inOne((firing) => ({
				outcome: firing === 0 ? "complete" : "blind",
			})),
			onsets: [
				{ alert: "RegistryCatalogInaccessible", at: S + t.catalogFor },
				{ alert: "RegistryIntegrityNotCompleting", at: patience },
			],
		},
		{
			name: "one shard finds a broken tag",
			run: inOne((firing) => ({ failures: firing === 0 ? 0 : 1 })),
			onsets: [
				{
					alert: "RegistryManifestIntegrityFailure",
					at: S + t.failureFor,
				},
			],
		},
	];
}
