import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CollectedRegistry } from "../support/collected-registry";
import { IMAGES, WANTED } from "../support/collection-content";
import { expectSettled, filledRegistry } from "../support/filled-registry";
import { Lab } from "../support/lab";
import { pushBlob } from "../support/push";
import { requirePrograms } from "../support/requires";

const { suite, programs } = requirePrograms("registry2", "htpasswd", "skopeo");
const TAGS = WANTED.slice(0, IMAGES.length);

suite("a collection that is told to end, as systemctl stop and a timeout do it", () => {
	const lab = new Lab();
	let registry: CollectedRegistry;

	const state = (name: string) => registry.host.path("vm-state", name);
	const _work = (name: string) =>
		join(registry.model.base, "state/gc-private", name);
	/** Signals the unit from within. */
	const signal = (name: string) =>
		`kill -s ${name} -- "$(cat ${state("unit")})"`;

	/** Lines of bash before what a script of the stand-in runs, until the function that comes back is called. */
	function before(file: string, lines: string): () => void {
		const honest = readFileSync(file, "utf8");
		writeFileSync(
			file,
			honest.replace("\n", () => `\n${lines}\n`),
		);
		return () => writeFileSync(file, honest);
	}
	/** Only of the real run. */
	const beforeRun = (lines: string) =>
		before(
			state("services/registry-private.run"),
			`case "$*" in *--dry-run*) ;; *) ${lines} ;; esac`,
		);
	/** Goes on when the unit that started it is killed. */
	const outlive = () =>
		`echo $$ >${state("container")}; ${signal("KILL")}; exec sleep 30`;
	/** Whether that does. */
	const isAlive = () => {
		const file = `/proc/${readFileSync(state("container"), "utf8").trim()}/status`;
		return existsSync(file) && !/^State:\s+Z/m.test(readFileSync(file, "utf8"));
	};

	lab.before(async () => {
		registry = await filledRegistry(lab, programs);
	});

	for (const [name, step] of [
		["SIGTERM", "gate-open"],
		["SIGTERM", "stop"],
		["SIGTERM", "dry-run"],
		["SIGTERM", "collect"],
		["SIGTERM", "collected"],
		["SIGINT", "gate-open"],
		["SIGINT", "collect"],
	] as const)
		lab.test(
			`${name} at ${step}: it serves, and what happened is said`,
			async () => {
				await pushBlob(registry.target, "app", Buffer.from(`${name} ${step}`));
				const when = new RegExp(`^collect private: ${step}$`, "m");
				const run = await registry.collect(when, name);
				expect(run.failed).toBe(true);
				await expectSettled(registry, step === "collected" ? undefined : step);
			},
		);

	lab.test(
		"a registry that takes its time to stop is not left stopped",
		async () => {
			const script = state("services/registry-private");
			const honest = readFileSync(script, "utf8");
			// Docker goes on stopping it for a client that is gone
			const slow = honest
				.replace(
					"\n",
					`\ntrap 'trap "" TERM; ${signal("TERM")}; sleep 0.5; kill $!' TERM\n`,
				)
				.replace("exec ", "")
				.replace(/\n$/, " &\nwait\nwait\n");
			writeFileSync(script, slow);
			registry.host.stop("registry-private");
			await registry.host.run("docker compose stop registry-private");
			await registry.host.run("docker compose start registry-private");
			await registry.serves();
			writeFileSync(script, honest);
			expect(await registry.collect()).toMatchObject({ failed: true });
			await expectSettled(registry, "stop");
		},
	);

	lab.test(
		"a collection that outlives its client ends before the registry is started",
		async () => {
			const restore = beforeRun(outlive());
			const run = await registry.collect();
			restore();
			expect(run.failed).toBe(true);
			expect(isAlive()).toBe(false);
			await expectSettled(registry, "collect");
		},
	);

	lab.test(
		"one that cannot be ended: the registry is not started beside it",
		async () => {
			const restore = beforeRun(outlive());
			registry.host.fail("docker rm");
			registry.host.done();
			const run = await registry.collect();
			restore();
			expect(isAlive()).toBe(true);
			expect(registry.host.done().join()).not.toContain(
				"start registry-private",
			);
			expect(run.log).toMatch(
				/registry-gc-private GOES ON and cannot be ended/,
			);
			expect(registry.failedStep()).toBe("collect");
			expect(registry.metric("openSince")).toBeGreaterThan(0);
			registry.host.fail();
			const [, again = ""] = /once it is gone: (.*)/.exec(run.log) ?? [];
			expect(await registry.host.run(again)).toMatchObject({ code: 1 });
			expect(isAlive()).toBe(false);
			await expectSettled(registry, "collect");
		},
	);

	lab.test(
		"a gate that outlives its client writes no STATE any more",
		async () => {
			const restore = before(
				registry.host.path("vm-bin/node"),
				`case "$*" in *'gate open'*) ${outlive()} ;; esac`,
			);
			const run = await registry.collect();
			restore();
			expect(run.failed).toBe(true);
			expect(isAlive()).toBe(false);
			await expectSettled(registry, "gate-open");
		},
	);

	lab.test("and the next one goes through", async () => {
		expect(await registry.collect()).toMatchObject({ failed: false });
		expect(await registry.broken(TAGS)).toEqual([]);
	});
});
