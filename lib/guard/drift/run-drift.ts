import { setTimeout as sleep } from "node:timers/promises";
import type { DriftConfig } from "../config";
import { DRIFT_METRICS, EXIT, type ExitCode } from "../contract";
import { errorText } from "../error-text";
import { renderExposition } from "../exposition";
import type { Io } from "../io";
import { printableJson } from "../printable";
import { Pushgateway } from "../pushgateway";
import { secondsOf } from "../report";
import { askEveryRoot } from "../roots/ask-every-root";
import { slackText } from "../roots/slack-text";
import { asText } from "../text";
import { writeText } from "../write-report";
import { driftFamilies } from "./drift-families";
import { driftEntries, driftHead, driftLines } from "./drift-text";
import { readFirstSeen } from "./first-seen";
import { runLocks } from "./run-locks";
import { ageHours, type StackRun } from "./stack-run";

/** The run took minutes, and is made once a day: a Pushgateway that is just starting again is worth a second. */
const ATTEMPTS = 3;
/** Milliseconds. */
const PAUSE = 1000;

/** `guard drift`: plans every root, publishes what differs and since when. */
export async function runDrift(config: DriftConfig, io: Io): Promise<ExitCode> {
	if (config.locks) return runLocks(config, io);
	const started = io.now();
	const planned = await askEveryRoot(
		config,
		{
			ask: async (terraform, root) => ({
				root,
				...((await terraform.init(root)) ?? (await terraform.plan(root))),
			}),
			done: "planned",
			how: ({ state, reason }) => reason ?? state,
		},
		io,
	);
	const finished = io.now();
	const now = Math.floor(finished / 1000);
	const { runs, pushed } = await publish(config, planned, now, io);
	io.out(
		config.output === "json"
			? printableJson({
					schema: 1,
					version: io.version,
					command: "drift",
					started: new Date(started).toISOString(),
					durationSeconds: secondsOf({ started, finished }),
					pushed,
					stacks: runs.map(({ root, firstSeen, ...run }) => ({
						stack: root.stack,
						path: root.path,
						...run,
						reason: run.reason ?? null,
						lock: run.lock ?? null,
						firstSeen: firstSeen ?? null,
						ageHours: ageHours({ root, firstSeen, ...run }, now),
					})),
				})
			: asText([
					...driftLines(runs, now),
					...(pushed === false
						? ["NOT PUSHED to the Pushgateway, see stderr"]
						: []),
				]),
	);
	const message = slackText(driftHead(runs), driftEntries(runs, now));
	const { slack } = config;
	const isWritten =
		slack === undefined || writeText("--slack", slack, message, io);
	const has = (wanted: string) => runs.some(({ state }) => state === wanted);
	if (has("error") || pushed === false || !isWritten) return EXIT.couldNotLook;
	return has("differs") ? EXIT.findings : EXIT.clean;
}

/**
 * Carries over since when each stack has not been clean, and publishes. Where that cannot be read back nothing is
 * published: a push would begin every age anew, and the group of the last run goes on ageing until the alert on a stale
 * run fires.
 */
async function publish(
	{ push, ca }: DriftConfig,
	planned: readonly Omit<StackRun, "firstSeen">[],
	now: number,
	io: Io,
): Promise<{ runs: readonly StackRun[]; pushed: boolean | null }> {
	const runsSince = (seen: ReadonlyMap<string, number> | undefined) =>
		planned.map((plan): StackRun => {
			const isSeen = seen && plan.state !== "clean";
			const firstSeen = isSeen ? (seen.get(plan.root.stack) ?? now) : undefined;
			return { ...plan, firstSeen };
		});
	if (!push) return { runs: runsSince(undefined), pushed: null };
	const pushgateway = new Pushgateway({ url: push.url, ca });
	let runs = runsSince(undefined);
	for (let attempt = 1; ; attempt++) {
		try {
			if (io.stop.aborted)
				throw new Error("told to stop before every root was planned");
			runs = runsSince(await readFirstSeen(pushgateway, push.job));
			const text = renderExposition(driftFamilies(runs, now));
			await pushgateway.put({ job: push.job }, text);
			return { runs, pushed: true };
		} catch (error) {
			io.log(errorText(error));
			if (attempt === ATTEMPTS || io.stop.aborted) break;
			await sleep(PAUSE);
		}
	}
	io.log(
		`not pushed: ${DRIFT_METRICS.firstSeen.name} and the rest stay as the last run left them`,
	);
	return { runs, pushed: false };
}
