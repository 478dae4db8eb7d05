import type { Benchmark, Figure } from "./benchmark";
import { measureGuard } from "./guard";
import { type MakeBelieve, startMakeBelieve } from "./make-believe";
import type { Table } from "./markdown";
import {
	MAKE_BELIEVE_TAGS,
	makeBelieveRepository,
	unavoidableRequests,
} from "./population";

const SIZES = [1_000, 3_000, 10_000] as const;
const SHARDS = 4;
const DEADLINE = ["--deadline", "60m"];

interface Walked {
	readonly size: number;
	readonly seconds: number;
	readonly cpuSeconds: number;
	readonly peakMiB: number;
	readonly requests: number;
}

async function walk(
	registry: MakeBelieve,
	size: number,
	user: string,
	...args: string[]
): Promise<Walked & { readonly repositories: number }> {
	const target = { origin: registry.origin, user, password: "make-believe" };
	const done = await measureGuard(target, ["probe", ...DEADLINE, ...args]);
	const { repositories, requests, tags } = done.report.counts;
	if (tags !== repositories * MAKE_BELIEVE_TAGS)
		throw new Error(`got ${tags} tags in ${repositories} repositories`);
	return { ...done, size, requests, repositories };
}

function table(walks: readonly Walked[]): Table {
	return {
		columns: [
			"repositories",
			"requests",
			"requests / unavoidable",
			"time",
			"per repository",
			"requests/s",
			"processor",
			"peak memory",
		],
		rows: walks.map(({ size, seconds, cpuSeconds, peakMiB, requests }) => [
			String(size),
			String(requests),
			(requests / unavoidable(size)).toFixed(3),
			`${seconds.toFixed(1)} s`,
			`${((seconds / size) * 1000).toFixed(2)} ms`,
			(requests / seconds).toFixed(0),
			`${cpuSeconds.toFixed(1)} s`,
			`${peakMiB.toFixed(0)} MiB`,
		]),
	};
}

// every repository has the same shape
function unavoidable(size: number): number {
	const one = unavoidableRequests([makeBelieveRepository(0)]) - 1;
	return size * one + Math.ceil(size / 1000);
}

/** Memory and time over the size of the registry, and whether shards cover it exactly once. */
export const scale: Benchmark = {
	name: "scale",
	about: `up to ${SIZES.at(-1)} repositories x ${MAKE_BELIEVE_TAGS} tags, ${SHARDS} shards`,
	needs: [],
	async run(log) {
		const walks: Walked[] = [];
		for (const size of SIZES) {
			const registry = await startMakeBelieve(size);
			try {
				const walked = await walk(registry, size, "probe");
				walks.push(walked);
				log(
					`${size} repositories: ${walked.seconds.toFixed(1)} s, ${walked.peakMiB.toFixed(0)} MiB`,
				);
			} finally {
				await registry.close();
			}
		}
		const [small, large] = [walks[0], walks.at(-1)] as [Walked, Walked];

		const registry = await startMakeBelieve(large.size);
		const shards: Walked[] = [];
		try {
			for (let i = 0; i < SHARDS; i++) {
				const shard = await walk(
					registry,
					large.size,
					`shard-${i}`,
					"--shard",
					`${i}/${SHARDS}`,
				);
				log(
					`shard ${i}: ${shard.repositories} repositories, ${shard.seconds.toFixed(1)} s`,
				);
				shards.push({ ...shard, size: shard.repositories });
			}
			const visits = await registry.takeVisits();
			const figures: Figure[] = [
				{
					name: `peak memory at ${large.size} x ${MAKE_BELIEVE_TAGS}`,
					value: large.peakMiB,
					unit: "MiB",
					digits: 0,
					atMost: 128,
				},
				{
					name: `time per repository at ${large.size} / at ${small.size}`,
					value: large.seconds / large.size / (small.seconds / small.size),
					atMost: 1.15,
				},
				{
					name: `repositories that exactly one of ${SHARDS} shards visited`,
					value: visits.repositoriesByVisitors[1] ?? 0,
					digits: 0,
					exactly: large.size,
				},
				{
					name: `tags that exactly one of ${SHARDS} shards resolved`,
					value: visits.tagsVisitedOnce,
					digits: 0,
					exactly: large.size * MAKE_BELIEVE_TAGS,
				},
			];
			return {
				circumstances: [
					"A make-believe registry in a process of its own computes what it is asked for.",
					`Every tag is an index of its own over two platforms: ${unavoidable(1) - 1} requests a repository (a tag list, 10 indexes, 20 manifests, 20 configs, 20 layers, one base layer), none shared between repositories.`,
					"The server shares the two processors with the guard. What each shard asked for is taken from the server's log, not from the guard.",
				],
				figures,
				tables: [
					table(walks),
					{ ...table(shards), title: `The ${SHARDS} shards of ${large.size}:` },
				],
			};
		} finally {
			await registry.close();
		}
	},
};
