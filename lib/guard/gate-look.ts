import { setTimeout as sleep } from "node:timers/promises";
import type { RegistryClient } from "../oci/client";
import type { GateConfig } from "./config";
import type { Outcome } from "./contract";
import { closedDoor } from "./entrance";
import type { Finding, Report } from "./finding";
import { type Holdings, readHoldings } from "./gate-holdings";
import type { Untagged } from "./gate-losses";
import type { Io } from "./io";
import { openClient } from "./open-client";
import type { Origin } from "./origin";
import { probe } from "./probe";
import { reportOf } from "./report";

/** What the gate needs of a disk scan's report. */
export type DiskReport = Omit<Report, "command" | "targets"> & {
	readonly untagged: readonly Untagged[];
};

/** Scans one store on disk. */
export type Scan = (
	base: string,
	options: { readonly cache: boolean; readonly deadline: number },
	io: Io,
) => Promise<DiskReport>;

export interface GateLook {
	readonly scan: DiskReport;
	/** undefined: a pull-through cache is never walked. */
	readonly walk: Report | undefined;
	readonly holdings: Holdings;
}

/** A registry that was started a moment ago is waited for: milliseconds, and at most half of the time there is. */
const MOST_PATIENCE = 60_000;
const PAUSE = 500;

/** Looks at the disk and, for a private registry, through its door. */
export async function lookAtGate(
	config: GateConfig,
	scan: Scan,
	io: Io,
): Promise<GateLook> {
	const { action, base, registry } = config;
	const deadline = io.now() + config.deadline;
	const disk = async () => ({
		scan: await scan(base, { cache: registry === undefined, deadline }, io),
		// after it: what was deleted meanwhile is no loss
		holdings: readHoldings(base),
	});
	if (!registry) return { ...(await disk()), walk: undefined };
	const walk = () =>
		// a registry that nobody has pushed to has no catalog to shrink
		walkOf(registry, config, deadline, readHoldings(base).size > 0 ? 1 : 0, io);
	if (action === "close") {
		const seen = await disk();
		return { ...seen, walk: await walk() };
	}
	const walked = await walk();
	return { ...(await disk()), walk: walked };
}

/** The worse of the two. */
export function outcomeOf({ scan, walk }: GateLook): Outcome {
	const outcomes = [scan.outcome, walk?.outcome ?? "complete"];
	return outcomes.includes("blind")
		? "blind"
		: outcomes.includes("partial")
			? "partial"
			: "complete";
}

export function findingsAt({ scan, walk }: GateLook): readonly Finding[] {
	return [...scan.findings, ...(walk?.findings ?? [])];
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
