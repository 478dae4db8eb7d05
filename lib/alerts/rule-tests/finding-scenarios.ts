import type { Thresholds } from "../thresholds";
import type { Watch } from "../watch";
import { during, firingAfter } from "./runs";
import type { Onset, Scenario } from "./scenario";

/** A broken tag: told, told at once where it is in use, kept, mended. */
export function findingScenarios({ gap: S }: Watch, t: Thresholds): Scenario[] {
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
					: during({ outcome: "partial" }, seen - 1)(firing, 0),
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
