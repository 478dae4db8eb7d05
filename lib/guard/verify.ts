import type { RegistryClient } from "../oci/client";
import type { Reference } from "../oci/reference";
import type { ProbeMode } from "./contract";
import { closedDoor } from "./entrance";
import type { Sight, Target } from "./finding";
import { mismatches } from "./mismatch";
import { walkUntil } from "./reserve";
import { Scheduler } from "./scheduler";
import type { TreeNode } from "./tree";
import type { Unlooked } from "./verdict";
import { sumUp } from "./verify-sum";
import { type LookedTarget, settleTarget } from "./verify-target";
import { Walk, type WalkOptions } from "./walk";

export type { TreeNode } from "./tree";

export interface VerifyTarget {
	readonly ref: Reference;
	readonly client: RegistryClient;
	/** Credentials were given: a registry that does not ask for any is `wrong-backend`. */
	readonly expectChallenge: boolean;
}

export interface VerifyOptions {
	readonly targets: readonly VerifyTarget[];
	readonly mode: ProbeMode;
	readonly concurrency: number;
	/** Milliseconds since the epoch. */
	readonly deadline: number;
	readonly referrers: boolean;
	readonly expectEqual: boolean;
	/** Once it aborts nothing new is walked, as at the deadline. */
	readonly stop?: AbortSignal;
}

export interface VerifyResult extends Sight {
	readonly targets: readonly Target[];
	/** One a target, undefined where the root could not be fetched. */
	readonly trees: readonly (TreeNode | undefined)[];
}

/** What a client has of its own: its door, opened once, and a walk a repository, shared by all references to it. */
interface Registry {
	readonly closed: Unlooked | undefined;
	readonly walks: Map<string, Walk>;
}

/** Runs alone on its client, so that what the client counts meanwhile is its own. */
async function metered<T>({ stats }: RegistryClient, run: () => Promise<T>) {
	const { requests, bytes } = stats;
	const result = await run();
	const cost = {
		requests: stats.requests - requests,
		bytes: stats.bytes - bytes,
	};
	return { result, cost };
}

/** Walks just these references. Never throws for what a registry does. */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
	const { targets, deadline, concurrency, mode, referrers, stop } = options;
	const registries = new Map<RegistryClient, Registry>();
	const walkOptions = (
		client: RegistryClient,
		isOver: WalkOptions["isOver"],
	): WalkOptions => ({
		client,
		mode,
		referrers,
		fullRotation: 0,
		window: 0,
		scheduler,
		isOver,
	});
	const until = walkUntil(deadline);
	const scheduler = new Scheduler(2 * concurrency);
	const isWalkOver = () => stop?.aborted === true || Date.now() >= until;
	const isOver = () => Date.now() >= deadline;

	const look = async (target: VerifyTarget): Promise<LookedTarget> => {
		const { client, expectChallenge, ref } = target;
		const registry = registries.get(client) ?? {
			closed: await closedDoor(client, expectChallenge),
			walks: new Map<string, Walk>(),
		};
		registries.set(client, registry);
		const { closed, walks } = registry;
		const walk =
			walks.get(ref.repository) ??
			new Walk(ref.repository, walkOptions(client, isWalkOver));
		walks.set(ref.repository, walk);
		if (!closed) await walk.run([ref.reference]);
		return {
			target,
			closed,
			walk,
			root: closed ? undefined : walk.roots.at(-1),
		};
	};

	// one after the other: each has many requests under way, and what it cost can be told
	const looked = [];
	for (const target of targets)
		looked.push(await metered(target.client, () => look(target)));
	const settled = [];
	for (const { result, cost } of looked) {
		const { client } = result.target;
		const end = await metered(client, () =>
			settleTarget(result, walkOptions(client, isOver)),
		);
		settled.push({
			target: result.target,
			...end.result,
			requests: cost.requests + end.cost.requests,
			bytes: cost.bytes + end.cost.bytes,
		});
	}
	const unequal = options.expectEqual
		? mismatches(
				settled.map(({ target: { ref, client }, digest }) => ({
					origin: client.origin,
					repository: ref.repository,
					reference: ref.reference,
					digest,
				})),
			)
		: [];
	return sumUp(settled.map((each, i) => ({ ...each, mismatch: unequal[i] })));
}
