import { createHash } from "node:crypto";

/**
 * The shard of `count` that a repository belongs to. Depends on its name alone, so that shards that know nothing of
 * each other cover every repository exactly once.
 */
export function shardOf(repository: string, count: number): number {
	if (count === 1) return 0;
	return (
		createHash("sha256").update(repository).digest().readUInt32BE() % count
	);
}
