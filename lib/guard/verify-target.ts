import { BrokenTags } from "./broken-tags";
import { confirm } from "./confirm";
import type { Finding, Inconclusive } from "./finding";
import { compareFindings, findingsOf } from "./findings-of";
import type { Edge, Node, Root } from "./graph";
import { inconclusiveOf, Ledger } from "./ledger";
import { neighboursIn } from "./neighbours-in";
import { reach } from "./reach";
import { type TreeNode, treeOf } from "./tree";
import type { Unlooked } from "./verdict";
import type { VerifyTarget } from "./verify";
import type { Walk, WalkOptions } from "./walk";

/** One reference and the first look at it. */
export interface LookedTarget {
	readonly target: VerifyTarget;
	/** Why nothing behind the registry's door can be believed. */
	readonly closed: Unlooked | undefined;
	/** Shared by all references to one repository. */
	readonly walk: Walk;
	/** undefined where the door is closed. */
	readonly root: Root | undefined;
}

/** What a reference comes to. */
export interface SettledTarget {
	readonly digest: string | null;
	readonly isVisited: boolean;
	readonly findings: readonly Finding[];
	readonly ledger: Ledger;
	/** All that hangs under it. */
	readonly nodes: ReadonlySet<Node>;
	readonly tree: TreeNode | undefined;
}

function nodesUnder(root: Edge): ReadonlySet<Node> {
	const nodes = new Set([root.to]);
	for (const { edges } of nodes) for (const { to } of edges) nodes.add(to);
	return nodes;
}

function verdicts(
	findings: readonly Finding[],
	inconclusive: readonly Inconclusive[],
) {
	const byDigest = new Map<string, Finding | Inconclusive>();
	for (const each of [...inconclusive, ...findings])
		if (each.digest) byDigest.set(each.digest, each);
	return ({ to }: Edge) => byDigest.get(to.digest);
}

/** Looks again at what looked bad under a reference, and sums up. */
export async function settleTarget(
	{ target, closed, walk, root }: LookedTarget,
	options: WalkOptions,
): Promise<SettledTarget> {
	const { repository, reference } = target.ref;
	const ledger = new Ledger();
	if (closed || !root) {
		if (closed)
			ledger.add(inconclusiveOf({ ...closed, reference }, repository));
		return {
			digest: null,
			isVisited: false,
			findings: [],
			ledger,
			nodes: new Set(),
			tree: undefined,
		};
	}
	const seen = reach(walk, [root]);
	const confirmation = await confirm(
		repository,
		options,
		seen,
		neighboursIn(walk),
		false,
	);
	const doubts = [...seen.doubts, ...confirmation.doubts];
	for (const doubt of doubts) ledger.add(inconclusiveOf(doubt, repository));
	const findings = findingsOf(
		{
			origin: target.client.origin,
			repository,
			uses: undefined,
			broken: new BrokenTags(),
		},
		confirmation,
	).sort(compareFindings);
	const edge = (confirmation.again?.roots[0] ?? root).edge;
	const fact = edge?.to.fact;
	const hasRoot = fact && "is" in fact;
	return {
		digest: edge && hasRoot ? edge.to.digest : null,
		isVisited: seen.visited > 0 && doubts.every(({ digest }) => digest !== ""),
		findings,
		ledger,
		nodes: edge ? nodesUnder(edge) : new Set(),
		tree:
			edge && hasRoot
				? treeOf(edge, verdicts(findings, ledger.list()))
				: undefined,
	};
}
