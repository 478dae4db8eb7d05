import {
	BLIND_FAMILIES,
	FAILURE_FAMILIES,
	type MetricName,
	type Outcome,
} from "../../guard/contract";

/** What one run of one shard saw, as far as alerts look. */
export interface Run {
	readonly outcome: Outcome;
	/** Broken tags. */
	readonly failures: number;
	/** One of the broken tags runs in the cluster. */
	readonly inUse: boolean;
	/** Nodes that could not be looked at. */
	readonly inconclusive: number;
	readonly tags: number;
	readonly coverage: number;
	readonly repositories: number;
	/** Unix seconds of the certificate's end. */
	readonly notAfter: number;
}

/** Values by their labels (`,reason="network"` or the empty text). */
type Family = Map<string, number>;

/** One Pushgateway group, filled as the contract says: PUT by a complete run, POST by a partial or a blind one. */
export class PushedGroup {
	readonly #families = new Map<MetricName, Family>();

	/** Takes the result of a run at `now` (unix seconds). */
	push(run: Run, now: number): void {
		const old = new Map(this.#families);
		if (run.outcome === "complete") this.#families.clear();
		for (const [name, family] of published(run, now)) {
			const isFailure = FAILURE_FAMILIES.includes(name);
			const isKept = isFailure && run.outcome === "partial";
			this.#families.set(name, isKept ? larger(family, old.get(name)) : family);
		}
	}

	/** The Pushgateway restarts empty. */
	clear(): void {
		this.#families.clear();
	}

	*[Symbol.iterator](): Generator<[MetricName, string, number]> {
		for (const [name, family] of this.#families) {
			for (const [labels, value] of family) yield [name, labels, value];
		}
	}
}

/** Per series the larger value, and every series that either has. */
function larger(family: Family, old: Family = new Map()): Family {
	const union = new Map(old);
	for (const [labels, value] of family) {
		union.set(labels, Math.max(value, old.get(labels) ?? value));
	}
	return union;
}

/** The families of one push; those that no alert reads are left out. */
function published(run: Run, now: number): Map<MetricName, Family> {
	const { outcome, failures } = run;
	const one = (value: number, labels = ""): Family =>
		new Map([[labels, value]]);
	const isBlind = outcome === "blind";
	const all = new Map<MetricName, Family>([
		["lastRun", one(now)],
		["catalogAccessible", one(isBlind ? 0 : 1)],
		["inconclusive", one(run.inconclusive, ',reason="network"')],
		["failures", one(failures)],
		["tagsChecked", one(run.tags)],
		["coverageRatio", one(run.coverage)],
		["repositories", one(run.repositories)],
		["tlsNotAfter", one(run.notAfter)],
	]);
	if (isBlind) all.set("catalogErrorInfo", one(1, ',reason="network"'));
	if (outcome === "complete") all.set("lastSuccess", one(now));
	if (failures > 0) all.set("brokenTagInfo", one(1, tagLabels(run.inUse)));
	if (!isBlind) return all;
	return new Map([...all].filter(([name]) => BLIND_FAMILIES.includes(name)));
}

function tagLabels(inUse: boolean): string {
	return `,repository="app",tag="v1",reason="missing",image="registry/app:v1",in_use="${inUse}"`;
}
