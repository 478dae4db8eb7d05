import type { Suspect } from "./reach";

/** One suspect a node, with the references of both; its way is that of its first reference. */
export function mergeSuspects(
	first: readonly Suspect[],
	second: readonly Suspect[],
): readonly Suspect[] {
	if (first.length === 0) return second;
	const byNode = new Map<string, Suspect>();
	for (const suspect of [...first, ...second]) {
		const { role, digest, references } = suspect;
		const key = `${role} ${digest || references[0]}`;
		const same = byNode.get(key) ?? suspect;
		const all = [...new Set([...same.references, ...references])].sort();
		const shown = all[0] === same.references[0] ? same : suspect;
		byNode.set(key, { ...shown, references: all });
	}
	return [...byNode.values()];
}
