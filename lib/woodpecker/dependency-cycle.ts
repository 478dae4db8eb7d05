/** The first circle of steps or workflows that wait for each other, its first name again at the end; undefined: there is none. */
export function dependencyCycle(
	each: readonly {
		readonly name: string;
		readonly dependsOn: readonly string[];
	}[],
): readonly string[] | undefined {
	const waitsFor = new Map(each.map((one) => [one.name, one.dependsOn]));
	const done = new Set<string>();
	// a stack of its own: a chain may be longer than the engine's
	for (const { name: start } of each) {
		const trail: { name: string; left: string[] }[] = [];
		const enter = (name: string) => {
			trail.push({ name, left: [...(waitsFor.get(name) ?? [])] });
		};
		if (!done.has(start)) enter(start);
		for (let top = trail.at(-1); top; top = trail.at(-1)) {
			const next = top.left.shift();
			if (next === undefined) {
				done.add(top.name);
				trail.pop();
				continue;
			}
			const from = trail.findIndex(({ name }) => name === next);
			if (from >= 0)
				return [...trail.slice(from).map(({ name }) => name), next];
			if (!done.has(next)) enter(next);
		}
	}
	return undefined;
}
