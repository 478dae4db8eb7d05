import type { ApplyConfig } from "../config";
import { EXIT, type ExitCode } from "../contract";
import { errorText } from "../error-text";
import type { Io } from "../io";
import { printableJson } from "../printable";
import { inOrder } from "../roots/in-order";
import type { Change } from "../roots/plan-changes";
import type { Root } from "../roots/root";
import { showStep } from "../roots/show-step";
import { type Entry, resourceLines, slackText } from "../roots/slack-text";
import { type Planned, Terraform } from "../roots/terraform";
import { asText, countText } from "../text";
import { writeText } from "../write-report";
import { AppliedFile } from "./applied";
import { GitError } from "./git";
import { type ChangedPlan, planChanged, type RootState } from "./plan-changed";

type Outcome = "applied" | "planned" | "empty" | "failed" | "skipped";

interface RootRun {
	readonly root: Root;
	readonly outcome: Outcome;
	readonly changes: readonly Change[];
	readonly reason: string | undefined;
}

const WORDS: Readonly<Record<Outcome, string>> = {
	failed: "FAILED ",
	skipped: "SKIPPED",
	applied: "APPLIED",
	planned: "PLANNED",
	empty: "EMPTY  ",
};
const WORST_FIRST = Object.keys(WORDS) as Outcome[];

/** Times that another apply of the same root may come between a plan and its apply. */
const MOST_RACES = 3;

function isStale({ reason = "" }: Planned): boolean {
	return reason.startsWith("apply: Saved plan is stale");
}

/**
 * `guard apply`: plans every changed root and applies that plan, each after those it depends on. A root that fails stops
 * only its dependents, and the run fails: exit 3. With --plan nothing is applied and nothing recorded.
 */
export async function runApply(config: ApplyConfig, io: Io): Promise<ExitCode> {
	const applied = new AppliedFile(config.applied, io);
	let plan: ChangedPlan;
	try {
		plan = await planChanged(config, applied, io);
	} catch (error) {
		if (!(error instanceof GitError)) throw error;
		io.log(error.message);
		return EXIT.couldNotLook;
	}
	const record = recorder(plan, applied, config, io);
	for (const state of plan.states) record.start(state);
	const runs = await work(config, plan, record, io);
	const failed = runs.some(
		({ outcome }) => outcome === "failed" || outcome === "skipped",
	);
	const { head, entries } = report(runs);
	io.out(
		config.output === "json"
			? printableJson({
					schema: 1,
					version: io.version,
					command: "apply",
					base: plan.base,
					head: plan.head,
					roots: runs.map(({ root, ...run }) => ({
						path: root.path,
						stack: root.stack,
						...run,
						reason: run.reason ?? null,
					})),
				})
			: asText([
					head,
					...entries.flatMap((each) => [each.head, ...each.resources]),
				]),
	);
	const { slack } = config;
	const isWritten =
		slack === undefined ||
		writeText("--slack", slack, slackText(head, entries), io);
	return failed || !isWritten || record.isBroken()
		? EXIT.couldNotLook
		: EXIT.clean;
}

async function work(
	{ tools, planOnly }: ApplyConfig,
	{ states, before }: ChangedPlan,
	record: Recorder,
	io: Io,
): Promise<readonly RootRun[]> {
	const changed = states.filter(({ because }) => because.length > 0);
	const stateOf = new Map(changed.map((state) => [state.root, state]));
	const runs: RootRun[] = [];
	const terraform = new Terraform(tools, io);
	const step = showStep(io, changed.length, planOnly ? "planned" : "applied");
	const end = (run: RootRun): boolean => {
		runs.push(run);
		step.end(run.root, run.reason ?? run.outcome);
		return run.outcome !== "failed";
	};
	try {
		await inOrder(
			[...stateOf.keys()],
			before,
			tools.parallel,
			async (root) => {
				step.begin(root);
				const known = stateOf.get(root);
				const plan = () =>
					terraform.plan(
						root,
						planOnly
							? undefined
							: (file) => {
									if (known) record.begin(known);
									return terraform.apply(root, file);
								},
					);
				let result = (await terraform.init(root)) ?? (await plan());
				// somebody else's apply came between: what is left to do is another plan
				for (let again = 0; isStale(result) && again < MOST_RACES; again++)
					result = await plan();
				const { state, changes, reason } = result;
				if (state === "error")
					return end({ root, outcome: "failed", changes, reason });
				const outcome =
					state === "clean" ? "empty" : planOnly ? "planned" : "applied";
				if (known) record.done(known);
				return end({ root, outcome, changes, reason });
			},
			(root, because) => {
				const reason = `comes after ${because.stack}, which failed`;
				end({ root, outcome: "skipped", changes: [], reason });
			},
		);
	} finally {
		terraform.close();
	}
	return runs;
}

interface Recorder {
	/** Before anything is run. */
	readonly start: (state: RootState) => void;
	/** Before a plan is applied. */
	readonly begin: (state: RootState) => void;
	readonly done: (state: RootState) => void;
	readonly isBroken: () => boolean;
}

/** Keeps what is applied of each root: of one that did not change HEAD, of one that did its base until it is applied. */
function recorder(
	{ head }: ChangedPlan,
	applied: AppliedFile,
	{ planOnly }: ApplyConfig,
	io: Io,
): Recorder {
	let isBroken = false;
	const set = (
		{ root }: RootState,
		known: Parameters<AppliedFile["set"]>[1],
	) => {
		try {
			applied.set(root.stack, known);
		} catch (error) {
			isBroken = true;
			io.log(`--applied: ${errorText(error)}`);
		}
	};
	const done = (state: RootState) => {
		const { digest } = state;
		if (state.isCommitted)
			set(state, { commit: head, ...(digest && { digest }) });
		else
			io.log(
				`${state.root.stack}: has files that are not committed, its last applied commit stays ${state.base}`,
			);
	};
	const nothing = () => {};
	if (planOnly)
		return {
			start: nothing,
			begin: nothing,
			done: nothing,
			isBroken: () => false,
		};
	return {
		start: (state) => {
			const { because, base, root } = state;
			if (because.length === 0) done(state);
			// what failed in its first run must be found again in the second
			else if (!applied.get(root.stack)) set(state, { commit: base });
		},
		begin: (state) =>
			set(state, {
				commit: state.base,
				...applied.get(state.root.stack),
				pending: true,
			}),
		done,
		isBroken: () => isBroken,
	};
}

function report(runs: readonly RootRun[]): {
	readonly head: string;
	readonly entries: readonly Entry[];
} {
	const counts = WORST_FIRST.flatMap((outcome) => {
		const { length } = runs.filter((run) => run.outcome === outcome);
		return length > 0 ? [`${length} ${outcome}`] : [];
	});
	const sorted = [...runs].sort(
		(a, b) => WORST_FIRST.indexOf(a.outcome) - WORST_FIRST.indexOf(b.outcome),
	);
	return {
		head:
			runs.length === 0
				? "nothing changed since it was last applied"
				: `${countText(runs.length, "changed stack")}: ${counts.join(", ")}`,
		entries: sorted.map(({ root, outcome, changes, reason }) => ({
			head: `${WORDS[outcome]}  ${root.stack}${reason ? `: ${reason}` : changes.length > 0 ? `: ${countText(changes.length, "resource")}` : ""}`,
			resources: resourceLines(changes),
		})),
	};
}
