import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "./benchmark";
import { runGuard } from "./guard";
import { teamRepositories, unavoidableRequests } from "./population";
import { buildProgram } from "./program";
import { seed, startRealRegistry } from "./real-registry";
import { startRecorder } from "./recorder";
import { run } from "./run";
import { median, spread } from "./statistics";
import { inWorkshop } from "./workshop";

const REPOSITORIES = 60;
const TAGS = 6;
const CONCURRENCIES = [2, 4, 8, 16, 32] as const;
const TRIALS = 3;
const ROUNDS = 9;

/** The guard's walk against a real registry, held against a client that sends the very same requests and judges nothing. */
export const walk: Benchmark = {
	name: "walk",
	about: "requests and time of a probe against a plain keep-alive client",
	needs: ["registry2", "htpasswd"],
	run: (log) =>
		inWorkshop(async (workshop) => {
			const real = await startRealRegistry(workshop);
			const repositories = teamRepositories(REPOSITORIES, TAGS);
			seed(real, repositories);
			const unavoidable = unavoidableRequests(repositories);
			log(`seeded; ${unavoidable} unavoidable requests`);

			const recorder = await startRecorder(real.target.origin);
			const probed = { ...real.target, origin: recorder.origin };
			const { report } = await runGuard(probed, ["probe"]);
			await recorder.close();
			const made = recorder.recorded.length;
			if (report.counts.requests !== made)
				throw new Error(
					`the guard counts ${report.counts.requests} requests, the proxy ${made}`,
				);
			const tags = repositories.reduce((sum, r) => sum + r.tags.size, 0);
			if (report.counts.tags !== tags)
				throw new Error(`the guard saw ${report.counts.tags} of ${tags} tags`);

			const file = join(workshop.folder, "recorded.json");
			writeFileSync(file, JSON.stringify(recorder.recorded));
			const program = await buildProgram("bench/replay.ts");
			const replay = async (concurrency: number) => {
				const args = [program, real.target.origin, file, String(concurrency)];
				const done = await run(process.execPath, args);
				if (done.code !== 0) throw new Error(`replay: ${done.stderr}`);
				return done.seconds;
			};
			const guard = async (...flags: string[]) => {
				const done = await runGuard(real.target, ["probe", ...flags]);
				if (done.report.counts.requests !== made)
					throw new Error(
						`one more run made ${done.report.counts.requests} requests`,
					);
				return done.seconds;
			};

			const trials = new Map<number, number[]>();
			for (let trial = 0; trial < TRIALS; trial++)
				for (const concurrency of CONCURRENCIES)
					trials.set(concurrency, [
						...(trials.get(concurrency) ?? []),
						await replay(concurrency),
					]);
			const ranked = [...trials].sort(([, a], [, b]) => median(a) - median(b));
			const best = ranked[0]?.[0] ?? 8;
			log(`the replay is best at ${best} connections`);

			const mine: number[] = [];
			const plain: number[] = [];
			const wide: number[] = [];
			for (let round = 0; round < ROUNDS; round++) {
				mine.push(await guard());
				plain.push(await replay(best));
				wide.push(await guard("--concurrency", String(best)));
			}
			return {
				circumstances: [
					`docker-registry 2.8.2, htpasswd with bcrypt cost 5, ${REPOSITORIES} repositories, ${tags} tags (multi-arch with attestations, Docker lists, single images, a moving latest).`,
					`${unavoidable} unavoidable requests, counted from what was seeded; ${made} made, counted by a proxy. The replay sends what the proxy recorded, in a process of its own, at its best concurrency (${best}).`,
					`Wall time from spawn to exit, in turn, ${ROUNDS} each: guard ${spread(mine)} s, replay ${spread(plain)} s, guard with --concurrency ${best} ${spread(wide)} s.`,
				],
				figures: [
					{
						name: "requests made / unavoidable",
						value: made / unavoidable,
						digits: 3,
						atMost: 1.05,
					},
					{
						name: "time of the guard as it comes / plain replay",
						value: median(mine) / median(plain),
						atMost: 1.1,
					},
					{
						name: `the same with --concurrency ${best} instead of 8`,
						value: median(wide) / median(plain),
					},
				],
				tables: [
					{
						columns: ["replay at", "time", "requests/s"],
						rows: [...trials].map(([concurrency, times]) => [
							String(concurrency),
							`${spread(times)} s`,
							(made / median(times)).toFixed(0),
						]),
					},
				],
			};
		}),
};
