import { statSync } from "node:fs";
import type { Benchmark } from "./benchmark";
import { GUARD } from "./guard";
import { run } from "./run";
import { median, spread } from "./statistics";

const ROUNDS = 15;
const LARGEST_BUNDLE = 204_800;

async function seconds(args: readonly string[]): Promise<number> {
	const { code, stderr, seconds } = await run(process.execPath, args);
	if (code !== 0) throw new Error(`node ${args.join(" ")}: ${stderr}`);
	return seconds;
}

/** What it costs to start the guard at all, held against an empty Node program. */
export const startup: Benchmark = {
	name: "startup",
	about: "guard --version against node -e 0, size of the bundle",
	needs: [],
	async run() {
		const guard: number[] = [];
		const empty: number[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			guard.push(await seconds([GUARD, "--version"]));
			empty.push(await seconds(["-e", "0"]));
		}
		return {
			circumstances: [
				`Medians of ${ROUNDS}, the two in turn.`,
				`Guard ${spread(guard, 3)} s, empty program ${spread(empty, 3)} s.`,
			],
			figures: [
				{
					name: "time of guard --version / node -e 0",
					value: median(guard) / median(empty),
					atMost: 1.5,
				},
				{
					name: "size of dist/guard.mjs",
					value: statSync(GUARD).size,
					digits: 0,
					unit: "bytes",
					atMost: LARGEST_BUNDLE,
				},
			],
		};
	},
};
