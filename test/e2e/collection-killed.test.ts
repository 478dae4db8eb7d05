import type { CollectedRegistry } from "../support/collected-registry";
import { IMAGES, WANTED } from "../support/collection-content";
import { expectSettled, filledRegistry } from "../support/filled-registry";
import { Lab } from "../support/lab";
import { pushBlob } from "../support/push";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms("registry2", "htpasswd", "skopeo");
const TAGS = WANTED.slice(0, IMAGES.length);

suite("a collection that is killed with all that it started", () => {
	const lab = new Lab();
	let registry: CollectedRegistry;

	lab.before(async () => {
		registry = await filledRegistry(lab, programs);
	});

	const step = (name: string) => new RegExp(`^collect private: ${name}$`, "m");
	for (const [what, said, failedAt] of [
		...[
			"old-cron",
			"store",
			"gate-open",
			"stop",
			"dry-run",
			"collect",
			"count",
		].map((name) => [`at ${name}`, step(name), name] as const),
		["when it was through", step("collected"), undefined],
		["when the gate was closed", /^gate .*: closed, /m, undefined],
	] as const)
		lab.test(
			`${what}: the registry serves, the gate is closed, the metrics say so`,
			async () => {
				await pushBlob(registry.target, "app", Buffer.from(`left ${what}`));
				// systemd calls it failed whatever its end could still do
				expect(await registry.collect(said)).toMatchObject({ failed: true });
				await expectSettled(registry, failedAt);
			},
		);

	lab.test(
		"a machine that goes down is not kept up: the gate stays open, and the next one closes it first",
		async () => {
			await pushBlob(registry.target, "app", Buffer.from("left by a shutdown"));
			registry.host.goesDown(true);
			const ended = await registry.collect(step("collect"), "SIGTERM");
			registry.host.goesDown(false);
			expect(ended.failed).toBe(true);
			expect(ended.log).toMatch(/the machine goes down; .*\n$/);
			expect(registry.metric("openSince")).toBeGreaterThan(0);
			const next = await registry.collect();
			expect(next.log).toMatch(/that first[\s\S]*closed, nothing lost/);
			await registry.serves();
			expect(registry.metric("openSince")).toBe(0);
		},
	);

	lab.test("and the next one goes through", async () => {
		expect(await registry.collect()).toMatchObject({ failed: false });
		expect(await registry.broken(TAGS)).toEqual([]);
	});
});
