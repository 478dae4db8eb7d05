import { Distribution, PASSWORD, USER } from "../test/support/distribution";
import { findProgram } from "../test/support/programs";
import { pushContent } from "../test/support/push";
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

const LANES = 4;

/** Pushes the repositories, some at a time. */
export async function seed(
	{ registry }: RealRegistry,
	repositories: readonly Repository[],
): Promise<void> {
	let next = 0;
	const lane = async () => {
		for (let mine = repositories[next++]; mine; mine = repositories[next++]) {
			const { name, tags, contents } = mine;
			for (const content of contents) {
				const own = [...tags].filter(([, root]) => root === content.root);
				const names = own.map(([tag]) => tag);
				await pushContent(registry.target, name, content, ...names);
			}
		}
	};
	await Promise.all(Array.from({ length: LANES }, lane));
}
