import type { Counts, Finding, Sight } from "./finding";
import { compareFindings } from "./findings-of";
import { Ledger } from "./ledger";
import { addNodes, emptyTally } from "./tally";
import type { VerifyResult, VerifyTarget } from "./verify";
import type { SettledTarget } from "./verify-target";

/** A reference with all that is to be said about it. */
export interface VerifiedTarget extends SettledTarget {
	readonly target: VerifyTarget;
	readonly requests: number;
	readonly bytes: number;
	/** It does not hold what the first one holds. */
	readonly mismatch: Finding | undefined;
}

function findingsOf({ findings, mismatch }: VerifiedTarget): Finding[] {
	return mismatch ? [...findings, mismatch] : [...findings];
}

function countsOf(target: VerifiedTarget): Counts {
	const { isVisited, requests, bytes, nodes } = target;
	const tally = emptyTally();
	addNodes(tally, nodes);
	return {
		repositories: isVisited ? 1 : 0,
		tags: isVisited ? 1 : 0,
		brokenTags: findingsOf(target).length > 0 ? 1 : 0,
		indexes: tally.indexes,
		manifests: tally.manifests,
		blobs: tally.blobs,
		requests,
		bytes,
		weakReads: tally.weakReads,
	};
}

/** Inconclusive is never whole here: who asks for one reference wants to know all of it. */
function outcomeOf({ inconclusive }: Pick<Sight, "inconclusive">) {
	return inconclusive.length > 0 ? "partial" : "complete";
}

/** A node that several references reach is one finding, if they are of one registry. */
function union(targets: readonly VerifiedTarget[]): Finding[] {
	const byNode = new Map<string, Finding>();
	for (const target of targets) {
		const { client, ref } = target.target;
		for (const finding of findingsOf(target)) {
			const { repository, digest, reason, tags } = finding;
			const node = reason === "mismatch" || !digest ? ref.reference : digest;
			const key = [client.origin, repository, reason, node].join(" ");
			const same = byNode.get(key);
			const all = [...new Set([...(same?.tags ?? []), ...tags])].sort();
			byNode.set(key, { ...(same ?? finding), tags: all });
		}
	}
	return [...byNode.values()].sort(compareFindings);
}

/** Sums over all references what each of them came to; what several share counts once. */
function totalOf(targets: readonly VerifiedTarget[]): Counts {
	const repositories = new Set<string>();
	const broken = new Set<string>();
	const total = { tags: 0, requests: 0, bytes: 0 };
	for (const target of targets) {
		const { client, ref } = target.target;
		const name = `${client.origin} ${ref.repository}`;
		if (target.isVisited) repositories.add(name);
		if (findingsOf(target).length > 0) broken.add(`${name} ${ref.reference}`);
		total.tags += target.isVisited ? 1 : 0;
		total.requests += target.requests;
		total.bytes += target.bytes;
	}
	const tally = emptyTally();
	addNodes(tally, new Set(targets.flatMap(({ nodes }) => [...nodes])));
	return {
		repositories: repositories.size,
		tags: total.tags,
		brokenTags: broken.size,
		indexes: tally.indexes,
		manifests: tally.manifests,
		blobs: tally.blobs,
		requests: total.requests,
		bytes: total.bytes,
		weakReads: tally.weakReads,
	};
}

/** The report of verify: each reference, and the union of them. */
export function sumUp(targets: readonly VerifiedTarget[]): VerifyResult {
	const ledger = new Ledger();
	for (const each of targets)
		for (const entry of each.ledger.list()) ledger.add(entry);
	const sight = { inconclusive: ledger.list() };
	return {
		outcome: outcomeOf(sight),
		counts: totalOf(targets),
		findings: union(targets),
		...sight,
		targets: targets.map((each) => {
			const { target, digest } = each;
			const inconclusive = each.ledger.list();
			return {
				ref: target.ref.text,
				registry: target.client.origin,
				digest,
				outcome: outcomeOf({ inconclusive }),
				counts: countsOf(each),
				findings: findingsOf(each),
				inconclusive,
			};
		}),
		trees: targets.map(({ tree }) => tree),
	};
}
