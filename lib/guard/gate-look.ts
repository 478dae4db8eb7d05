import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RegistryClient } from "../oci/client";
import type { GateConfig } from "./config";
import type { Outcome } from "./contract";
import { closedDoor } from "./entrance";
import type { Finding, Report } from "./finding";
import { type Held, type Holdings, readHoldings } from "./gate-holdings";
import type { Io } from "./io";
import { openClient } from "./open-client";
import type { Origin } from "./origin";
import { probe } from "./probe";
import { reportOf } from "./report";
import type { scan } from "./scan/scan";
import type { ScanResult } from "./scan/scan-result";
import { shown, UsageError } from "./usage-error";

/** Scans a store on disk; a parameter so that tests need no disk. */
export type Scan = typeof scan;

export interface GateLook {
	readonly disk: ScanResult;
	/** undefined: a pull-through cache is never walked. */
	readonly walk: Report | undefined;
	readonly holdings: Holdings;
}

/** A registry that was started a moment ago is waited for: milliseconds, and at most half of the time there is. */
const MOST_PATIENCE = 60_000;
const PAUSE = 500;

/**
 * Looks at the disk and, for a private registry, through its door.
 *
 * @throws UsageError where the base is not one store but a folder of stores
 */
export async function lookAtGate(
	config: GateConfig,
	look: Scan,
	io: Io,
): Promise<GateLook> {
	const { action, base, registry } = config;
	const deadline = io.now() + config.deadline;
	const left = AbortSignal.timeout(config.deadline);
	const disk = async () => {
		const seen = await look({
			base,
			full: false,
			cache: registry === undefined,
			stop: AbortSignal.any([io.stop, left]),
			startThread: io.startThread,
		});
		assertOneStore(base, seen);
		// after it: what was deleted meanwhile is no loss
		return { disk: seen, holdings: readHoldings(base) };
	};
	if (!registry) return { ...(await disk()), walk: undefined };
	const walk = async () => {
		const named = readHoldings(base);
		// a registry that nobody has pushed to has no catalog to shrink
		const least = [...named.values()].some(
			({ hasLayers, revisions }) => hasLayers && revisions.length > 0,
		)
			? 1
			: 0;
		const walked = await walkOf(registry, config, deadline, least, io);
		return sameStore(walked, named);
	};
	if (action === "close") {
		const seen = await disk();
		return { ...seen, walk: await walk() };
	}
	const walked = await walk();
	return { ...(await disk()), walk: walked };
}

/** A registry that shows fewer tags than the store has serves another one, as behind an nginx with a stale address. */
function sameStore(walk: Report, named: ReadonlyMap<string, Held>): Report {
	let tags = 0;
	const unlisted: string[] = [];
	for (const [name, held] of named) {
		const count = [...held.tags.values()].filter(Boolean).length;
		tags += count;
		if (count > 0 && !held.hasLayers) unlisted.push(name);
	}
	if (walk.outcome !== "complete" || walk.counts.tags >= tags) return walk;
	const shows = `${walk.registry} shows ${walk.counts.tags} tags, the store has ${tags}`;
	const trouble =
		unlisted.length > 0
			? {
					reason: "protocol" as const,
					detail: `${shows}: it does not list ${unlisted.join(", ")}, which has no layers, and its collection would delete the manifests`,
				}
			: {
					reason: "wrong-backend" as const,
					detail: `${shows}: it serves another store`,
				};
	return {
		...walk,
		outcome: "partial",
		inconclusive: [...walk.inconclusive, trouble],
	};
}

function assertOneStore(base: string, { stores }: ScanResult): void {
	if (stores.every(({ path }) => resolve(path) === base)) return;
	throw new UsageError([
		{
			what: `--base: got ${shown(base)}, a folder of ${stores.length} stores`,
			wanted: "one store: docker/registry/v2 is below it",
			next: `give --base ${shown(stores[0]?.path ?? base)}, and each store a gate of its own`,
		},
	]);
}

/** The worse of the two. */
export function outcomeOf({ disk, walk }: GateLook): Outcome {
	const outcomes = [disk.outcome, walk?.outcome ?? "complete"];
	return outcomes.includes("blind")
		? "blind"
		: outcomes.includes("partial")
			? "partial"
			: "complete";
}

export function findingsAt({ disk, walk }: GateLook): readonly Finding[] {
	return [...disk.findings, ...(walk?.findings ?? [])];
}

/** Bad nodes that no tag reaches; undefined where there are more than the scan lists. */
export function untaggedAt({
	disk,
}: GateLook): ScanResult["untagged"] | undefined {
	const isCut = disk.stores.some(
		({ untagged, untaggedCount }) => untagged.length < untaggedCount,
	);
	return isCut ? undefined : disk.untagged;
}

async function walkOf(
	registry: Origin,
	config: GateConfig,
	deadline: number,
	minRepositories: number,
	io: Io,
): Promise<Report> {
	const { concurrency, instance, action } = config;
	const started = io.now();
	const client = openClient(registry, config, { deadline, concurrency }, io);
	const expectChallenge = config.credentialsFor(registry.host) !== undefined;
	try {
		if (action === "close")
			await waitForDoor(
				client,
				expectChallenge,
				started + Math.min(MOST_PATIENCE, config.deadline / 2),
				io,
			);
		const result = await probe({
			client,
			expectChallenge,
			concurrency,
			deadline,
			minRepositories,
			mode: "tail",
			fullRotation: 0,
			tagsPerRepo: 0,
			window: 0,
			shard: { index: 0, count: 1 },
			repos: [],
			referrers: false,
			inUse: undefined,
			pullHosts: [registry.host],
			revisit: [],
			stop: io.stop,
		});
		return reportOf(
			{
				version: io.version,
				command: "probe",
				registry: registry.origin,
				instance,
				mode: "tail",
				started,
				finished: io.now(),
				pushed: null,
			},
			result,
		);
	} finally {
		client.close();
	}
}

/** Until it answers as it should, or the time is over: then the walk says why it does not. */
async function waitForDoor(
	client: RegistryClient,
	expectChallenge: boolean,
	until: number,
	io: Io,
): Promise<void> {
	while (
		(await closedDoor(client, expectChallenge)) &&
		io.now() < until &&
		!io.stop.aborted
	)
		await sleep(PAUSE);
}
