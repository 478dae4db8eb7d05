import type { Thresholds } from "../thresholds";
import type { Watch } from "../watch";
import { during, firingAfter } from "./runs";
import type { Onset, Scenario } from "./scenario";

/** The registry, the probe or the Pushgateway does not answer. */
export function outageScenarios(watch: Watch, t: Thresholds): Scenario[] {
	const { gap: S, freshFor } = watch;
	/** The last run is at `last`, the last complete one at `success`. */
	const stopped = (last: number, success: number): Onset[] => [
		{
			alert: "RegistryIntegrityProbeStale",
			at: last + freshFor + t.staleFor,
		},
		{
			alert: "RegistryIntegrityNotCompleting",
			at: success + t.notCompletingGaps * S + t.notCompletingFor,
			until: last + freshFor,
		},
	];
	const blind = (success: number, until: number): Onset[] => [
		{ alert: "RegistryCatalogInaccessible", at: S + t.catalogFor, until },
		{
			alert: "RegistryIntegrityNotCompleting",
			at: success + t.notCompletingGaps * S + t.notCompletingFor,
			until,
		},
	];
	const back = firingAfter(
		S,
		S + t.catalogFor,
		S + t.failureFor,
		t.notCompletingGaps * S + t.notCompletingFor,
	);
	const started = firingAfter(S, t.neverRanGaps * S, t.notCompletingFor);
	const lostAt = 2 * S + S / 2;
	return [
		{
			name: "an outage is told as such, and passes",
			run: during({ outcome: "blind" }, back - 1),
			onsets: blind(0, back * S),
		},
		{
			name: "an outage keeps a known failure",
			run: (firing) =>
				firing === 0
					? { failures: 1 }
					: during({ outcome: "blind" }, back - 1)(firing, 0),
			onsets: [
				{
					alert: "RegistryManifestIntegrityFailure",
					at: t.failureFor,
					until: back * S,
				},
				...blind(0, back * S),
			],
		},
		{
			name: "the probe stops",
			run: (firing) => (firing <= 1 ? {} : undefined),
			onsets: stopped(S, S),
		},
		{
			name: "the probe stops in an outage",
			run: (firing) =>
				firing <= 1 ? during({ outcome: "blind" }, 1)(firing, 0) : undefined,
			onsets: [
				{
					alert: "RegistryCatalogInaccessible",
					at: S + t.catalogFor,
					until: S + freshFor,
				},
				...stopped(S, 0),
			],
		},
		{
			name: "the probe never runs, and then does",
			run: (firing) => (firing >= started ? {} : undefined),
			onsets: [
				{
					alert: "RegistryIntegrityProbeNeverRan",
					at: t.neverRanGaps * S,
					until: started * S,
				},
			],
		},
		{
			name: "the probe never completes, and then does",
			run: (firing) => (firing >= started ? {} : { outcome: "partial" }),
			onsets: [
				{
					alert: "RegistryIntegrityNotCompleting",
					at: t.notCompletingFor,
					until: started * S,
				},
			],
		},
		{
			name: "the Pushgateway restarts, the next run fills it",
			lostAt,
			onsets: [],
			looks: [4 * S],
		},
		{
			name: "the Pushgateway restarts, and no run follows",
			lostAt,
			run: (firing) => (firing <= 2 ? {} : undefined),
			onsets: [
				{
					alert: "RegistryIntegrityProbeNeverRan",
					at: lostAt + t.neverRanGaps * S,
				},
			],
		},
	];
}
