import { relative } from "node:path";
import type { Io } from "../io";
import type { Before } from "../roots/in-order";
import type { Root } from "../roots/root";
import type { AppliedFile } from "./applied";
import { planOrder } from "./dependencies";
import { digestOf, plainStack } from "./digest";
import { Git, GitError } from "./git";
import { inputsOf, isUnder } from "./root-inputs";
import { codeOf } from "./terraform-text";

/** A root and whether it is as it was when it was last applied. */
export interface RootState {
	readonly root: Root;
	/** Commit that it was compared with. */
	readonly base: string;
	/** What changed, at most a few; empty: nothing. */
	readonly because: readonly string[];
	/** Whether what is on disk is what HEAD has. */
	readonly isCommitted: boolean;
	/** Of CDKTF stacks. */
	readonly digest: string | undefined;
}

export interface ChangedPlan {
	/** The commit of --base. */
	readonly base: string;
	readonly head: string;
	/** All roots, each after those it depends on. */
	readonly states: readonly RootState[];
	readonly before: Before;
}

const MOST_REASONS = 5;
const PENDING = "its last apply did not end as recorded";

/**
 * Compares every root with the commit that was last applied of it, or with `base` where none is known.
 *
 * @throws GitError where git cannot say; UsageError for a cycle.
 */
export async function planChanged(
	{ roots, base }: { readonly roots: readonly Root[]; readonly base: string },
	applied: AppliedFile,
	io: Io,
): Promise<ChangedPlan> {
	const { ordered, before } = planOrder(roots);
	const git = await Git.open(ordered[0]?.folder ?? ".", io);
	const stray = ordered.find(({ folder }) => !isUnder(folder, git.top));
	if (stray)
		throw new GitError(
			`root ${stray.path}: not in the clone ${git.top}; wanted the roots of one clone`,
		);
	const head = await git.commit("HEAD");
	const fallback = await git.commit(base);
	const states: RootState[] = [];
	for (const root of ordered) {
		const known = applied.get(root.stack);
		const { digest } = known ?? {};
		const since = known && !digest ? await git.commit(known.commit) : fallback;
		const state =
			root.kind === "cdktf"
				? await compareStack(root, known?.commit ?? since, digest, git)
				: await compareCode(root, since, git, io);
		// it may be as it was, and the world is not
		const because = known?.pending
			? [PENDING, ...state.because]
			: state.because;
		states.push({ ...state, because });
	}
	return { base: fallback, head, states, before };
}

async function compareCode(
	root: Root,
	base: string,
	git: Git,
	io: Io,
): Promise<RootState> {
	const inputs = inputsOf(root, git.top, io.env);
	const among = (paths: readonly string[]) =>
		paths
			.filter(
				(
					path, // a submodule is one path, with what it holds below it
				) => inputs.some((each) => isUnder(path, each) || isUnder(each, path)),
			)
			.map((path) => relative(git.top, path));
	const because = among(await git.changedSince(base)).slice(0, MOST_REASONS);
	const isCommitted = among(await git.changedSince("HEAD")).length === 0;
	return { root, base, because, isCommitted, digest: undefined };
}

/**
 * A synthesized stack is compared with what was applied of it; where no digest of that is kept, with what the clone has
 * of it in the base, should the output be committed; else it counts as changed.
 */
async function compareStack(
	root: Root,
	base: string,
	known: string | undefined,
	git: Git,
): Promise<RootState> {
	const digest = digestOf(root);
	const state = { root, base, isCommitted: true, digest };
	if (known !== undefined)
		return {
			...state,
			because: known === digest ? [] : ["the synthesized output"],
		};
	const path = relative(git.top, root.folder);
	const file = `${path}/cdk.tf.json`;
	const old = await git.textOf(base, file);
	if (old === undefined)
		return { ...state, because: ["nothing is known of what was applied"] };
	const others = (await git.changedSince(base))
		.filter((each) => isUnder(each, root.folder))
		.map((each) => relative(git.top, each))
		.filter((each) => each !== file);
	const isSame =
		plainStack(old) === plainStack(codeOf(`${root.folder}/cdk.tf.json`));
	const because = [...(isSame ? [] : [file]), ...others];
	return { ...state, because: because.slice(0, MOST_REASONS) };
}
