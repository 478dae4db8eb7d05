import type { Inputs } from "./inputs";

export interface Shard {
	/** From 0. */
	readonly index: number;
	readonly count: number;
}

const MOST_SHARDS = 10_000;
const WHOLE: Shard = { index: 0, count: 1 };

/** `--shard I/N`, or SHARDS with JOB_COMPLETION_INDEX; both may be given where they say the same. */
export function readShard(inputs: Inputs): Shard {
	const flag = readFlag(inputs);
	const count = inputs.integer("shards", 1, MOST_SHARDS);
	// every Indexed Job has an index; without SHARDS it means nothing to us
	const index =
		count === undefined ? undefined : inputs.integer("completionIndex", 0);
	if (count === undefined) return flag ?? WHOLE;
	if (flag) {
		if (flag.count !== count || (index ?? flag.index) !== flag.index)
			inputs.refuse(
				`--shard ${flag.index}/${flag.count} and SHARDS=${count}${index === undefined ? "" : `, JOB_COMPLETION_INDEX=${index}`}: they contradict each other`,
				"the same shard",
				"leave out --shard, or unset SHARDS",
			);
		return flag;
	}
	if (index === undefined) {
		if (!inputs.given("completionIndex"))
			inputs.refuse(
				"SHARDS without JOB_COMPLETION_INDEX",
				"both",
				"run it as an Indexed Job, give --shard I/N, or unset SHARDS",
			);
		return WHOLE;
	}
	if (index >= count)
		inputs.refuse(
			`JOB_COMPLETION_INDEX: got ${index} with SHARDS=${count}`,
			`an index from 0 to ${count - 1}`,
			"give SHARDS the Job's completions",
		);
	return { index, count };
}

function readFlag(inputs: Inputs): Shard | undefined {
	const given = inputs.given("shard");
	if (!given) return undefined;
	const [, index = "0", count = "0"] =
		/^(\d{1,5})\/(\d{1,5})$/.exec(given.text) ?? [];
	const shard = { index: Number(index), count: Number(count) };
	if (shard.index < shard.count && shard.count <= MOST_SHARDS) return shard;
	inputs.refuseValue(
		given,
		`I/N with I from 0 to N-1, N at most ${MOST_SHARDS}`,
		"write --shard 0/4 for the first of four",
	);
	return undefined;
}
