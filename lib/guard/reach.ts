import type { BlobDepth } from "../oci/client";
import type { Kind } from "./contract";
import type { PathStep } from "./finding";
import {
	type Edge,
	MAX_INDEX_DEPTH,
	type Node,
	type Role,
	type Root,
} from "./graph";
import { judge } from "./judge";
import { type Bad, isUnlooked, type Unlooked } from "./verdict";
import type { Walk } from "./walk";

/** A node that looked bad once, with all it takes to look again when the graph is gone. */
export interface Suspect {
	/** "" where a tag answered without showing one. */
	readonly digest: string;
	readonly role: Role;
	readonly kind: Kind;
	readonly mediaType: string;
	readonly size: number | undefined;
	/** How deep the blob was read. */
	readonly depth: BlobDepth;
	readonly bad: Bad;
	/** Bytes that came before the connection was cut. */
	readonly cutAt: number | undefined;
	/** From the first reference. */
	readonly path: readonly PathStep[];
	/** All tags (or digests that were asked for) that reach it, the smallest first. */
	readonly references: string[];
}

/** Something that was not looked at; the digest is "" where a tag itself could not be resolved. */
export interface Doubt extends Unlooked {
	readonly reference: string;
	readonly digest: string;
}

/** What a walk over a repository comes to. */
export interface Reach {
	readonly suspects: readonly Suspect[];
	readonly doubts: readonly Doubt[];
	/** Digest under every reference that reaches a suspect. */
	readonly rootOf: ReadonlyMap<string, string>;
	/** References that were resolved and under which nothing is left for lack of time. */
	readonly visited: number;
	/** References of which something is left for lack of time. */
	readonly cut: number;
}

const OVERDUE: Unlooked = { unlooked: "deadline", detail: "no time left" };
const TOO_DEEP: Unlooked = {
	unlooked: "limit",
	detail: `more than ${MAX_INDEX_DEPTH} indexes inside each other`,
};

function unlookedOf({ fact, role, level }: Node): Unlooked | undefined {
	if (fact) return undefined;
	const isTooDeep = role === "manifest" && level === Number.POSITIVE_INFINITY;
	return isTooDeep ? TOO_DEEP : OVERDUE;
}

const verdictOf = (edge: Edge) => unlookedOf(edge.to) ?? judge(edge);

/** What was walked, whoever did. */
type Walked = Pick<Walk, "roots" | "nodes" | "problems">;

/** Whether anything at all is wrong: one look at every descriptor, nothing allocated. */
function isWhole(walk: Walked, roots: readonly Root[]): boolean {
	if (walk.problems.size > 0) return false;
	const isFine = (edge: Edge) => verdictOf(edge) === undefined;
	for (const { edge } of roots) if (!edge || !isFine(edge)) return false;
	for (const { edges } of walk.nodes.manifests.values())
		if (!edges.every(isFine)) return false;
	return true;
}

interface Step {
	readonly edge: Edge;
	readonly from: Step | undefined;
}

/** Every descriptor under a root, nearest first; what a node refers to comes once. */
function* stepsUnder(root: Edge): Generator<Step> {
	const seen = new Set<Node>();
	const steps: Step[] = [{ edge: root, from: undefined }];
	for (let at = 0; at < steps.length; at++) {
		const step = steps[at] as Step;
		const { to } = step.edge;
		yield step;
		if (seen.has(to)) continue;
		seen.add(to);
		for (const edge of to.edges) steps.push({ edge, from: step });
	}
}

function pathTo(step: Step): readonly PathStep[] {
	const path: PathStep[] = [];
	for (let at: Step | undefined = step; at; at = at.from) {
		const { to, kind } = at.edge;
		if (to.digest !== "") path.unshift({ kind, digest: to.digest });
	}
	return path;
}

function suspectOf(step: Step, bad: Bad): Suspect {
	const { to, kind, mediaType, size } = step.edge;
	const { digest, role, fact } = to;
	const blob = fact && "is" in fact && fact.is === "blob" ? fact : undefined;
	return {
		digest,
		role,
		kind,
		mediaType,
		size,
		depth: blob?.depth ?? "tail",
		bad,
		cutAt: blob?.reading.cut ? blob.reading.bytesRead : undefined,
		path: pathTo(step),
		references: [],
	};
}

/**
 * Sums up a walk: every bad node once with all references that lead to it, and what was not looked at. Asks for time
 * and memory only where something is wrong.
 */
export function reach(
	walk: Walked,
	roots: readonly Root[] = walk.roots,
): Reach {
	if (isWhole(walk, roots))
		return {
			suspects: [],
			doubts: [],
			rootOf: new Map(),
			visited: roots.length,
			cut: 0,
		};
	const suspects = new Map<string, Suspect>();
	const doubts = new Map<string, Doubt>();
	const rootOf = new Map<string, string>();
	const byNode = new Map<Node, { edge: Edge; references: string[] }>();
	let visited = 0;
	let cut = 0;
	const sorted = [...roots].sort((a, b) =>
		a.reference < b.reference ? -1 : 1,
	);
	for (const { reference, edge } of sorted) {
		if (!edge) {
			doubts.set(reference, { ...OVERDUE, reference, digest: "" });
			cut++;
		} else {
			// tags on one digest are walked as one, tags that showed none each for itself
			const same = byNode.get(edge.to);
			if (same) same.references.push(reference);
			else byNode.set(edge.to, { edge, references: [reference] });
		}
	}
	for (const { edge: root, references } of byNode.values()) {
		const [reference = ""] = references;
		let isLookedAt = true;
		const mine = new Set<string>();
		const doubt = (digest: string, unlooked: Unlooked) => {
			if (unlooked.unlooked === "deadline") isLookedAt = false;
			const key = digest || reference;
			if (!doubts.has(key)) doubts.set(key, { ...unlooked, reference, digest });
		};
		for (const step of stepsUnder(root)) {
			const { to } = step.edge;
			const problem = walk.problems.get(to);
			if (problem) doubt(to.digest, problem);
			const verdict = verdictOf(step.edge);
			if (!verdict) continue;
			if (isUnlooked(verdict)) {
				doubt(to.digest, verdict);
				continue;
			}
			const key = `${to.role} ${to.digest || reference}`;
			if (mine.has(key)) continue;
			mine.add(key);
			const suspect = suspects.get(key) ?? suspectOf(step, verdict);
			suspects.set(key, suspect);
			for (const each of references) {
				suspect.references.push(each);
				rootOf.set(each, root.to.digest);
			}
		}
		const isResolved = !(root.to.fact && "unlooked" in root.to.fact);
		if (!isLookedAt) cut += references.length;
		else if (isResolved) visited += references.length;
	}
	return {
		suspects: [...suspects.values()],
		doubts: [...doubts.values()],
		rootOf,
		visited,
		cut,
	};
}
