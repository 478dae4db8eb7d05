import {
	existsSync,
	mkdirSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { findProgram } from "../test/support/programs";
import { Storage } from "../test/support/storage";
import type { Benchmark } from "./benchmark";
import { filesOf, writeLargeStore } from "./large-store";
import { ramDisk } from "./ram-disk";
import { type Measured, measure, run } from "./run";
import { median, spread } from "./statistics";
import { inWorkshop } from "./workshop";

const REPOSITORIES = 2000;
const TIMES = 3;
const ROUNDS = 3;

/** What a repository takes on a RAM disk: its small files a page each, and the folders of each. Seen with 200 of them. */
const BYTES = 925_000;
const INODES = 490;

/** A store of so many repositories below a folder; made where it is not there yet. */
function storeIn(folder: string, repositories: number): string {
	const store = join(folder, String(repositories));
	if (existsSync(store)) return store;
	const half = `${store}.half`;
	mkdirSync(half, { recursive: true });
	writeLargeStore(new Storage(half), repositories);
	renameSync(half, store);
	return store;
}

/** A scan that must see all of the store, and nothing wrong with it. */
async function scan(store: string, repositories: number): Promise<Measured> {
	const done = await measure("dist/guard.mjs", ["scan", store, "--json"]);
	if (done.code !== 0) throw new Error(`scan: ${done.code} ${done.stderr}`);
	const { counts, outcome } = JSON.parse(done.stdout);
	if (outcome !== "complete" || counts.tags !== repositories * 10)
		throw new Error(`scan: got ${outcome}, ${counts.tags} tags`);
	return done;
}

/** The disk scan beside the plainest program that visits every file, and beside the registry's own look at the same tree. */
export const diskScan: Benchmark = {
	name: "scan",
	about: `a store of ${REPOSITORIES} repositories x 10 tags, against find and garbage-collect --dry-run`,
	needs: ["registry2"],
	run: (log) => {
		const larger = REPOSITORIES * TIMES;
		const ram = ramDisk(larger * BYTES, larger * INODES);
		return inWorkshop(async (workshop) => {
			// half a million files take a minute to write: kept where the caller says so
			const kept = process.env.BENCH_STORES;
			const folder = kept ?? workshop.folder;
			const where = kept
				? "in BENCH_STORES"
				: ram
					? "on a RAM disk"
					: "on a disk, read once before";
			const store = storeIn(folder, REPOSITORIES);
			log(`${filesOf(REPOSITORIES)} files written`);
			const config = join(workshop.folder, "config.json");
			writeFileSync(
				config,
				JSON.stringify({
					version: 0.1,
					log: { level: "error" },
					storage: { filesystem: { rootdirectory: store } },
				}),
			);
			const find = async () => {
				const done = await run("find", [store, "-type", "f"]);
				const files = done.stdout.split("\n").length - 1;
				if (files !== filesOf(REPOSITORIES))
					throw new Error(`find: got ${files} files`);
				return done.seconds;
			};
			const collect = async () => {
				const registry = findProgram("registry2") ?? "";
				const args = ["garbage-collect", "--dry-run", config];
				const done = await run(registry, args);
				if (
					done.code !== 0 ||
					!/, 0 blobs and 0 manifests eligible/.test(done.stdout)
				)
					throw new Error(`collect: ${done.code} ${done.stderr.slice(-500)}`);
				return done.seconds;
			};

			// the first run of each reads the disk, the others the page cache
			await find();
			await scan(store, REPOSITORIES);
			const finds: number[] = [];
			const scans: Measured[] = [];
			const collects: number[] = [];
			for (let round = 0; round < ROUNDS; round++) {
				finds.push(await find());
				scans.push(await scan(store, REPOSITORIES));
				collects.push(await collect());
				const last = [finds, scans.map((each) => each.seconds), collects];
				const [found, scanned, collected] = last.map((each) =>
					each.at(-1)?.toFixed(1),
				);
				log(
					`round ${round + 1} of ${ROUNDS}: find ${found} s, scan ${scanned} s, collect ${collected} s`,
				);
			}
			const full = await measure("dist/guard.mjs", ["scan", store, "--full"]);
			if (!kept) rmSync(store, { recursive: true });
			log(`now ${filesOf(larger)} files`);
			const grown = await scan(storeIn(folder, larger), larger);
			const times = scans.map(({ seconds }) => seconds);
			const peak = Math.max(...scans.map(({ peakMiB }) => peakMiB));
			const cpu = scans.map(({ cpuSeconds }) => cpuSeconds);
			return {
				circumstances: [
					`${REPOSITORIES} repositories x 10 tags, each an index over two platforms and an attestation: ${filesOf(REPOSITORIES)} files, ${where}.`,
					`Wall time from spawn to exit, in turn, ${ROUNDS} each: scan ${spread(times)} s (${spread(cpu)} s of processor), find ${spread(finds)} s, docker-registry 2.8.2 garbage-collect --dry-run ${spread(collects)} s.`,
					`With --full (every blob hashed) ${full.seconds.toFixed(2)} s, ${full.peakMiB.toFixed(0)} MiB.`,
				],
				figures: [
					{
						name: "time of the scan / find -type f",
						value: median(times) / median(finds),
						atMost: 1,
					},
					{
						name: "time of the scan / garbage-collect --dry-run",
						value: median(times) / median(collects),
						atMost: 0.2,
					},
					{
						name: "peak memory",
						value: peak,
						digits: 0,
						unit: "MiB",
						atMost: 160,
					},
					{
						name: `peak memory at ${TIMES} times the size / at this size`,
						value: grown.peakMiB / peak,
						atMost: 1.5,
					},
				],
			};
		}, ram);
	},
};
