import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark } from "./benchmark";
import { buildProgram } from "./program";
import { type Measured, measure } from "./run";
import { median, spread } from "./statistics";
import { inWorkshop } from "./workshop";

const ROUNDS = 11;

interface App {
	readonly name: string;
	readonly program: string;
	/** Where it writes; also kept for looking at. */
	readonly outdir: string;
	readonly runs: Measured[];
}

const wall = ({ runs }: App) => runs.map((r) => r.seconds);
const processor = ({ runs }: App) => runs.map((r) => r.cpuSeconds);
const memory = ({ runs }: App) => median(runs.map((r) => r.peakMiB));

/** All of the user's stacks against the smallest CDKTF app, as built programs without cdktf-cli. */
export const synth: Benchmark = {
	name: "synth",
	about: "all stacks against a bare CDKTF app with one resource",
	needs: [],
	run: () =>
		inWorkshop(async ({ folder }) => {
			const app = (name: string, program: string): App => ({
				name,
				program,
				outdir: join(folder, name.replaceAll(" ", "-")),
				runs: [],
			});
			const bareApp = "bench/bare-app.ts";
			const compiled = { externalPackages: true };
			const ours = app("all stacks", await buildProgram("stacks/main.ts"));
			const bare = app("bare app, bundled", await buildProgram(bareApp));
			const plain = app(
				"bare app, packages from node_modules",
				await buildProgram(bareApp, compiled),
			);
			const apps = [ours, bare, plain];
			for (let round = 0; round < ROUNDS; round++) {
				for (const { program, outdir, runs } of apps) {
					const env = { CDKTF_OUTDIR: outdir };
					const done = await measure(program, [], { env });
					if (done.code !== 0) throw new Error(`${program}: ${done.stderr}`);
					runs.push(done);
				}
			}
			const stacks = readdirSync(join(ours.outdir, "stacks")).sort();
			for (const { name, outdir } of [bare, plain])
				if (readdirSync(join(outdir, "stacks")).length !== 1)
					throw new Error(`${name} has not written its stack`);
			const ratio = (other: App) => median(wall(ours)) / median(wall(other));
			return {
				circumstances: [
					`Medians of ${ROUNDS}, in turn, without cdktf-cli; the guard is built before. Stacks: ${stacks.join(", ")}, from one bundled file, as npm run synth starts it. The bare app is a Kubernetes provider and a ConfigMap in one stack, once bundled the same way and once with its packages from node_modules.`,
				],
				figures: [
					{
						name: "time of all stacks / bare app, both bundled",
						value: ratio(bare),
						atMost: 2,
					},
					{
						name: "time of all stacks / bare app with packages from node_modules",
						value: ratio(plain),
						atMost: 2,
					},
				],
				tables: [
					{
						columns: ["app", "time", "processor", "peak memory"],
						rows: apps.map((each) => [
							each.name,
							`${spread(wall(each))} s`,
							`${spread(processor(each))} s`,
							`${memory(each).toFixed(0)} MiB`,
						]),
					},
				],
			};
		}),
};
