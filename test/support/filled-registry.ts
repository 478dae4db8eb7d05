import { existsSync } from "node:fs";
import { join } from "node:path";
import { CollectedRegistry } from "./collected-registry";
import { IMAGES } from "./collection-content";
import type { Lab } from "./lab";
import { pushContent } from "./push";

/** The private registry on 2.8.2, started by its own first collection, with images in it. */
export async function filledRegistry(
	lab: Lab,
	programs: Readonly<Record<"registry2" | "htpasswd" | "skopeo", string>>,
): Promise<CollectedRegistry> {
	const registry = await CollectedRegistry.install(
		lab,
		{ name: "private", kind: "private" },
		{ ...programs, registry: programs.registry2 },
	);
	await registry.collect();
	await registry.serves();
	for (const [repository, tag, content] of IMAGES)
		await pushContent(registry.target, repository, content, tag);
	return registry;
}

/** It serves, its gate is closed, nothing is lost, and the metrics say at which step the collection failed, if it did. */
export async function expectSettled(
	registry: CollectedRegistry,
	failedAt: string | undefined,
): Promise<void> {
	await registry.serves();
	expect(registry.failedStep()).toBe(failedAt);
	expect(registry.metric("success")).toBe(failedAt ? 0 : 1);
	expect(registry.metric("openSince") ?? 0).toBe(0);
	expect(registry.metric("lost") ?? 0).toBe(0);
	for (const each of ["step", "gate.json"])
		expect(
			existsSync(join(registry.model.base, "state/gc-private", each)),
		).toBe(false);
}
