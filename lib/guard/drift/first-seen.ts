import { DRIFT_METRICS } from "../contract";
import type { Pushgateway } from "../pushgateway";

/** A bound for what someone else may have put under our names. */
const MAX_STACKS = 10_000;

/** `first_seen` of each stack as the last run of the job left it. @throws PushgatewayError */
export async function readFirstSeen(
	pushgateway: Pushgateway,
	job: string,
): Promise<ReadonlyMap<string, number>> {
	const seen = new Map<string, number>();
	await pushgateway.read(({ name, labels, value }) => {
		const { job: itsJob, instance = "", stack } = labels;
		if (name !== DRIFT_METRICS.firstSeen.name || itsJob !== job) return;
		if (instance !== "" || stack === undefined || seen.size >= MAX_STACKS)
			return;
		if (value > 0 && Number.isFinite(value)) seen.set(stack, value);
	});
	return seen;
}
