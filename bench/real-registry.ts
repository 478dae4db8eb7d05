import { Distribution, PASSWORD, USER } from "../test/support/distribution";
import { findProgram } from "../test/support/programs";
import type { Target } from "./guard";
import type { Repository } from "./population";
import type { Workshop } from "./workshop";

export interface RealRegistry {
	readonly registry: Distribution;
	/** As the guard signs in. */
	readonly target: Target;
}

function must(name: string): string {
	const path = findProgram(name);
	if (!path) throw new Error(`${name} is missing`);
	return path;
}

/** A real docker-registry 2.8.2 on loopback behind htpasswd (bcrypt cost 5), its descriptor cache in memory. */
export async function startRealRegistry(
	workshop: Workshop,
): Promise<RealRegistry> {
	const registry = await Distribution.start(workshop, {
		name: "docker-registry",
		program: must("registry2"),
		htpasswd: must("htpasswd"),
	});
	const { origin } = registry;
	return { registry, target: { origin, user: USER, password: PASSWORD } };
}

/** Writes the repositories to where pushes would have put them: seconds instead of a bcrypt a request. */
export function seed(
	{ registry }: RealRegistry,
	repositories: readonly Repository[],
): void {
	for (const { name, tags, contents } of repositories) {
		const held = new Map(contents.map((content) => [content.root, content]));
		for (const [tag, root] of tags) {
			const content = held.get(root);
			if (content) registry.storage.put(name, content, tag);
		}
	}
}
