import { shardOf } from "../../lib/guard/shard";

test("every repository falls on one shard, about as many on each", () => {
	const sizes = [0, 0, 0, 0, 0];
	for (let i = 0; i < 5000; i++) {
		const shard = shardOf(`team/app-${i}`, 5);
		sizes[shard] = (sizes[shard] ?? Number.NaN) + 1;
	}
	for (const size of sizes) expect(Math.abs(size - 1000)).toBeLessThan(120);
	expect(shardOf("anything", 1)).toBe(0);
});

test("the assignment is for ever: shards of different versions must not overlap", () => {
	expect(["infra-ci", "team/app", "a"].map((name) => shardOf(name, 7))).toEqual(
		[5, 2, 2],
	);
});
