import type { Thresholds } from "../thresholds";
import type { Watch } from "../watch";
import type { Run } from "./pushed-group";
import { during, firingAfter, SIZE } from "./runs";
import type { Onset, Scenario } from "./scenario";

/** Each number that has a bound: within it, and out of it. */
export function sightScenarios(
	watch: Watch,
	t: Thresholds,
	step: number,
): Scenario[] {
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
