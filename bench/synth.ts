import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "./benchmark";
import { buildProgram } from "./program";
import { type Measured, measure } from "./run";
import { median, spread } from "./statistics";
import { inWorkshop } from "./workshop";

const ROUNDS = 9;

const seconds = (runs: readonly Measured[]) => runs.map((r) => r.seconds);
const megabytes = (runs: readonly Measured[]) =>
	median(runs.map((r) => r.peakMiB)).toFixed(0);

/** All of the user's stacks against the smallest CDKTF app, both as built programs without cdktf-cli. */
export const synth: Benchmark = {
	name: "synth",
	about: "all stacks against a bare CDKTF app with one resource",
	needs: [],
	run: () =>
		inWorkshop(async ({ folder }) => {
			// as `npm run synth` does: one file
			const ours = await buildProgram("stacks/main.ts");
			// as an app is that was compiled with tsc
			const bare = await buildProgram("bench/bare-app.ts", {
				externalPackages: true,
			});
			const synthesize = async (program: string, outdir: string) => {
				const env = { CDKTF_OUTDIR: outdir };
				const done = await measure(program, [], { env });
				if (done.code !== 0) throw new Error(`${program}: ${done.stderr}`);
				return done;
			};
			const [oursOut, bareOut] = [join(folder, "ours"), join(folder, "bare")];
			const all: Measured[] = [];
			const one: Measured[] = [];
			for (let round = 0; round < ROUNDS; round++) {
				all.push(await synthesize(ours, oursOut));
				one.push(await synthesize(bare, bareOut));
			}
			const stacks = readdirSync(join(oursOut, "stacks"));
			if (readdirSync(join(bareOut, "stacks")).length !== 1)
				throw new Error("the bare app has not written its stack");
			return {
				circumstances: [
					`Medians of ${ROUNDS}, the two in turn; ours one bundled file, as npm run synth makes it, the bare app compiled, with its packages from node_modules; the guard is built before.`,
					`${stacks.length} stacks (${stacks.sort().join(", ")}): ${spread(seconds(all))} s, ${megabytes(all)} MiB; the bare app: ${spread(seconds(one))} s, ${megabytes(one)} MiB.`,
				],
				figures: [
					{
						name: "time of all stacks / bare app",
						value: median(seconds(all)) / median(seconds(one)),
						atMost: 2,
					},
				],
			};
		}),
};
