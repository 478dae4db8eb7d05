import { isRepository, isTag } from "../oci/reference";
import {
	FAILURE_FAMILIES,
	METRICS,
	REASONS,
	type Reason,
	SHARD_LABEL,
} from "./contract";
import type { Sample } from "./exposition";
import type { Published, Series } from "./metrics";
import type { ProbeOptions } from "./probe";
import { GROUP_METRIC, type GroupLabels } from "./push-group";
import type { Pushgateway } from "./pushgateway";
import type { Shard } from "./shard-input";

/** What the Pushgateway holds of this probe's job and instance. */
export interface PreviousRun {
	/** Failure families of this run's own group, without the group's labels. */
	readonly own: Published;
	/** Tags that were broken, in the own group and in those that this run retires. */
	readonly revisit: ProbeOptions["revisit"];
	/** Groups of another sharding, left over: to be deleted by the unsharded run and by shard 0. */
	readonly retired: readonly GroupLabels[];
}

/** The group that a run publishes to. */
export function ownGroup(
	job: string,
	instance: string,
	{ index, count }: Shard,
): GroupLabels {
	return {
		job,
		instance,
		...(count > 1 && { [SHARD_LABEL]: String(index) }),
	};
}

const FAMILY_OF = new Map<string, (typeof FAILURE_FAMILIES)[number]>(
	FAILURE_FAMILIES.map((each) => [METRICS[each].name, each]),
);
/** A bound for what someone else may have put under our names. */
const MAX_SERIES = 100_000;

/** Reads back what earlier runs published. @throws PushgatewayError */
export async function readPreviousRun(
	pushgateway: Pushgateway,
	job: string,
	instance: string,
	shard: Shard,
): Promise<PreviousRun> {
	const samples = new Map<string, Sample[]>();
	const retired: GroupLabels[] = [];
	const ownShard = ownGroup(job, instance, shard)[SHARD_LABEL] ?? "";
	const mayRetire = shard.index === 0;
	const isRetired = (label: string) =>
		mayRetire &&
		label !== ownShard &&
		!(shard.count > 1 && isPresent(label, shard.count));
	let size = 0;
	await pushgateway.read((sample) => {
		const { labels } = sample;
		if (labels.job !== job || labels.instance !== instance) return;
		const label = labels[SHARD_LABEL] ?? "";
		if (sample.name === GROUP_METRIC) {
			const names = Object.keys(labels).length;
			// a group with further labels is somebody else's
			if (names === (label === "" ? 2 : 3) && isRetired(label))
				retired.push(labels);
		}
		const family = FAMILY_OF.get(sample.name);
		if (family === undefined || ++size > MAX_SERIES) return;
		if (!isOurs(labels, METRICS[family].labels)) return;
		if (label !== ownShard && !isRetired(label)) return;
		const known = samples.get(label);
		if (known) known.push(sample);
		else samples.set(label, [sample]);
	});
	return {
		own: publishedOf(samples.get(ownShard) ?? []),
		revisit: [...samples.values()].flat().flatMap(revisitOf),
		retired,
	};
}

/** No labels but the group's and the family's: a group with further ones is somebody else's. */
function isOurs(labels: GroupLabels, own: readonly string[]): boolean {
	const known = ["job", "instance", SHARD_LABEL, ...own];
	return Object.keys(labels).every((each) => known.includes(each));
}

/** One of the labels `0` to `count - 1`, written as we write them. */
function isPresent(label: string, count: number): boolean {
	return String(Number(label)) === label && Number(label) < count;
}

function publishedOf(samples: readonly Sample[]): Published {
	const published: Partial<
		Record<(typeof FAILURE_FAMILIES)[number], Series[]>
	> = {};
	for (const { name, labels, value } of samples) {
		const family = FAMILY_OF.get(name);
		if (family === undefined || Number.isNaN(value)) continue;
		const { job: _j, instance: _i, [SHARD_LABEL]: _s, ...rest } = labels;
		const series = published[family] ?? [];
		series.push({ labels: rest, value });
		published[family] = series;
	}
	return published;
}

/** Names become paths of requests: only what can be a repository and a tag. */
function revisitOf({ name, labels, value }: Sample): ProbeOptions["revisit"] {
	const { repository = "", tag = "", reason = "" } = labels;
	const isBroken = name === METRICS.brokenTagInfo.name && value > 0;
	return isBroken &&
		isRepository(repository) &&
		isTag(tag) &&
		(REASONS as readonly string[]).includes(reason)
		? [{ repository, tag, reason: reason as Reason }]
		: [];
}
