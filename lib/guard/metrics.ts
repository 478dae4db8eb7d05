import {
	BROKEN_TAG_LIMIT,
	INCONCLUSIVE_REASONS,
	type InUseLabel,
	KINDS,
	METRICS,
	type MetricName,
	REASONS,
} from "./contract";
import type { Family, Sample } from "./exposition";
import { printable } from "./printable";
import type { BrokenTag, ProbeResult } from "./probe";

/** A run of the probe, as the metrics tell it. */
export interface ProbeRun {
	readonly result: ProbeResult;
	readonly throttled: number;
	/** Milliseconds since the epoch; undefined where there was no TLS. */
	readonly tlsNotAfter: number | undefined;
	/** Milliseconds since the epoch. */
	readonly finished: number;
	readonly durationSeconds: number;
	readonly version: string;
	/** What stands before the repository in `image`: the canonical pull host. */
	readonly pullHost: string;
}

export type Series = Omit<Sample, "name">;
/** Series of each family of the contract; a family that is not there is not published. */
export type Published = Readonly<
	Partial<Record<MetricName, readonly Series[]>>
>;

const one = (value: number): readonly Series[] => [{ labels: {}, value }];

/** Every family of a run with its own values, whatever the outcome; what of it is published is decided elsewhere. */
export function metricsOf(run: ProbeRun): Published {
	const { result, finished, tlsNotAfter } = run;
	const { counts, outcome, broken, listedTags, catalogError } = result;
	const isBlind = outcome === "blind";
	const reason =
		catalogError ??
		(isBlind ? (result.inconclusive[0]?.reason ?? "network") : undefined);
	const seconds = Math.floor(finished / 1000);
	return {
		failures: one(counts.brokenTags),
		catalogAccessible: one(reason === undefined ? 1 : 0),
		catalogErrorInfo:
			reason === undefined ? [] : [{ labels: { reason }, value: 1 }],
		reposChecked: one(counts.repositories),
		tagsChecked: one(counts.tags),
		indexesChecked: one(counts.indexes),
		lastRun: one(seconds),
		...(outcome === "complete" && { lastSuccess: one(seconds) }),
		brokenNodes: brokenNodes(result),
		brokenTagInfo: broken
			.slice(0, BROKEN_TAG_LIMIT)
			.map((tag) => brokenTagSeries(tag, run.pullHost)),
		brokenTagsTruncated: one(Math.max(0, broken.length - BROKEN_TAG_LIMIT)),
		inconclusive: INCONCLUSIVE_REASONS.map((each) => ({
			labels: { reason: each },
			value: result.inconclusiveCounts[each],
		})),
		repositories: one(result.listedRepositories),
		// nothing listed is nothing left out
		coverageRatio: one(
			listedTags === 0 ? 1 : Math.min(1, counts.tags / listedTags),
		),
		blobsChecked: one(counts.blobs),
		bytesHashed: one(counts.bytes),
		requests: one(counts.requests),
		throttled: one(run.throttled),
		weakReads: one(counts.weakReads),
		runDuration: one(run.durationSeconds),
		probeInfo: [{ labels: { version: run.version }, value: 1 }],
		...(tlsNotAfter !== undefined && {
			tlsNotAfter: one(Math.floor(tlsNotAfter / 1000)),
		}),
	};
}

/** Closed label sets: every reason and kind, also 0. One finding is one bad node. */
function brokenNodes({ findings }: ProbeResult): readonly Series[] {
	const count = new Map<string, number>();
	for (const { reason, kind } of findings)
		count.set(`${reason} ${kind}`, (count.get(`${reason} ${kind}`) ?? 0) + 1);
	return REASONS.flatMap((reason) =>
		KINDS.map((kind) => ({
			labels: { reason, kind },
			value: count.get(`${reason} ${kind}`) ?? 0,
		})),
	);
}

function inUseLabel(inUse: boolean | null): InUseLabel {
	return inUse === null ? "unknown" : inUse ? "true" : "false";
}

/** The series of one broken tag; names come from the registry and must not carry anything that a page may act on. */
export function brokenTagSeries(tag: BrokenTag, pullHost: string): Series {
	const repository = printable(tag.repository);
	const name = printable(tag.tag);
	return {
		labels: {
			repository,
			tag: name,
			reason: tag.reason,
			image: `${pullHost}/${repository}:${name}`,
			in_use: inUseLabel(tag.inUse),
		},
		value: 1,
	};
}

/** Families in the contract's order, as the exposition wants them. */
export function familiesOf(published: Published): readonly Family[] {
	return (Object.keys(METRICS) as MetricName[]).flatMap((each) => {
		const series = published[each];
		return series ? [{ ...METRICS[each], series }] : [];
	});
}
