import type { Thresholds } from "../thresholds";
import type { Watch } from "../watch";
import type { Run } from "./pushed-group";
import type { Onset, Scenario } from "./scenario";

/** Tags, and repositories, that a healthy run of each shard counts. */
const SIZE = 100;
const YEAR = 365 * 86_400;

/** A run that finds all in order. */
export function healthyRun({ tlsRemaining }: Thresholds): Run {
	return {
		outcome: "complete",
		failures: 0,
		inUse: false,
		inconclusive: 0,
		tags: SIZE,
		coverage: 1,
		repositories: SIZE,
		notAfter: tlsRemaining + 100 * YEAR,
	};
}

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
		...findings(watch, t),
		...outages(watch, t),
		...sight(watch, t, step),
		...(watch.shards > 1 ? shards(watch, t) : []),
	];
}

/** Runs of `trouble` from the second firing to `last`, healthy ones before and after. */
function during(trouble: Partial<Run>, last: number): Scenario["run"] {
	return (firing) => (firing >= 1 && firing <= last ? trouble : {});
}

/** The first firing after all of `times` (seconds), with some room. */
function firingAfter(gap: number, ...times: number[]): number {
	return Math.floor(Math.max(...times) / gap) + 3;
}

function findings({ gap: S }: Watch, t: Thresholds): Scenario[] {
	const failure = (since: number, until?: number): Onset => ({
		alert: "RegistryManifestIntegrityFailure",
		at: since + t.failureFor,
		...(until !== undefined && { until }),
	});
	const mended = firingAfter(S, S + t.failureFor);
	const patience = S + t.notCompletingGaps * S + t.notCompletingFor;
	const seen = firingAfter(S, patience);
	const all: Scenario[] = [
		{
			name: "a broken tag is found, and mended",
			run: during({ failures: 1 }, mended - 1),
			onsets: [failure(S, mended * S)],
		},
		{
			name: "a broken tag in use is told at once",
			run: during({ failures: 1, inUse: true }, mended - 1),
			onsets: [
				{
					alert: "RegistryBrokenImageInUse",
					at: S + t.inUseFor,
					until: mended * S,
				},
				failure(S, mended * S),
			],
		},
		{
			name: "a partial run that does not see it keeps a known failure",
			run: (firing) =>
				firing === 1
					? { failures: 1 }
					: during({ outcome: "partial" }, seen - 1)?.(firing, 0),
			onsets: [
				failure(S, seen * S),
				{
					alert: "RegistryIntegrityNotCompleting",
					at: patience,
					until: seen * S,
				},
			],
		},
	];
	// otherwise it fires before there is another run
	if (S < t.failureFor) {
		all.push({
			name: "one good run starts the wait anew",
			run: (firing) => ({ failures: firing === 1 || firing >= 3 ? 1 : 0 }),
			onsets: [failure(3 * S)],
			looks: [S + t.failureFor],
		});
	}
	return all;
}

function outages(watch: Watch, t: Thresholds): Scenario[] {
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
					: during({ outcome: "blind" }, back - 1)?.(firing, 0),
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
				firing <= 1 ? during({ outcome: "blind" }, 1)?.(firing, 0) : undefined,
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

function sight(watch: Watch, t: Thresholds, step: number): Scenario[] {
	const { gap: S, tagsPerRepo } = watch;
	/** A number that is just right all the time, and the same one step too bad for a while. */
	const pair = (
		name: string,
		right: Partial<Run>,
		bad: Partial<Run>,
		onset: Onset | undefined,
	): Scenario[] => {
		const over = firingAfter(S, onset?.at ?? 4 * S);
		return [
			{
				name: `${name}, just within bounds`,
				run: during(right, 3),
				onsets: [],
				looks: [3 * S],
			},
			{
				name: `${name}, out of bounds`,
				run: during(bad, over - 1),
				onsets: onset
					? [{ ...onset, until: Math.min(over * S, onset.until ?? over * S) }]
					: [],
				looks: [over * S],
			},
		];
	};
	// x / (x + SIZE) == ratio
	const unseen = (SIZE * t.inconclusiveRatio) / (1 - t.inconclusiveRatio);
	const left = SIZE * t.shrinkRatio;
	return [
		...pair(
			"what could not be looked at",
			{ inconclusive: Math.floor(unseen) },
			{ inconclusive: Math.floor(unseen) + 2 },
			{
				alert: "RegistryIntegrityProbeInconclusive",
				at: S + t.inconclusiveGaps * S,
			},
		),
		...pair(
			tagsPerRepo === 0 ? "coverage" : "coverage of a probe that rotates",
			{ coverage: t.coverageRatio },
			{ coverage: Number((t.coverageRatio - 0.01).toFixed(4)) },
			tagsPerRepo === 0
				? {
						alert: "RegistryIntegrityCoverageLow",
						at: S + t.coverageGaps * S,
					}
				: undefined,
		),
		...pair(
			"a catalog that shrinks",
			{ repositories: Math.ceil(left) },
			{ repositories: Math.ceil(left) - 1 },
			{
				alert: "RegistryCatalogShrank",
				at: S + t.shrinkFor,
				// the last look that still remembers the larger catalog
				until: S + t.shrinkWindow - step,
			},
		),
		{
			name: "the certificate ends soon",
			run: () => ({ notAfter: S + t.tlsRemaining }),
			onsets: [{ alert: "RegistryTLSExpiring", at: S + t.tlsFor }],
		},
	];
}

function shards(watch: Watch, t: Thresholds): Scenario[] {
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
