import {
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CollectedRegistry } from "../support/collected-registry";
import {
	BY_DIGEST,
	IMAGES,
	REFERRER,
	WANTED,
} from "../support/collection-content";
import { eventually } from "../support/eventually";
import { image } from "../support/images";
import { Lab } from "../support/lab";
import { pushBlob, pushContent, send } from "../support/push";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { plant } from "../support/storage";
import { unitValues } from "../support/unit-file";
import type { UnitRun } from "../support/unit-host";

const { suite, programs } = requirePrograms(
	"registry2",
	"htpasswd",
	"skopeo",
	"promtool",
);

const UNIT = "registry-gc-private.service";
const STOP = "compose .* stop registry-private";
const DRY_RUN = "compose .* run .* garbage-collect --dry-run";
const REAL_RUN = "compose .* run .* garbage-collect /";
const START = "compose .* (start|up) ";

suite("the safe collection of a private registry 2.8.2", () => {
	const lab = new Lab();
	let registry: CollectedRegistry;
	let leftovers: number;

	const collect = (killWhen?: RegExp) => registry.collect(killWhen);
	const brokenNow = () => registry.broken(WANTED);

	/** A blob that was pushed and that no manifest names. */
	async function leave(text: string): Promise<string> {
		return pushBlob(registry.target, "app", Buffer.from(text));
	}

	async function expectFailure(
		run: UnitRun,
		step: string,
		said: RegExp,
	): Promise<void> {
		expect(run.log).toMatch(said);
		expect({ failed: run.failed, step: registry.failedStep() }).toEqual({
			failed: true,
			step,
		});
		expect(registry.metric("success")).toBe(0);
		expect(registry.metric("openSince") ?? 0).toBe(0);
		expect(registry.metric("lost") ?? 0).toBe(0);
		await registry.serves();
	}

	lab.before(async () => {
		registry = await CollectedRegistry.install(
			lab,
			{ name: "private", kind: "private" },
			{ ...programs, registry: programs.registry2 },
		);
	});

	lab.test(
		"nothing stored yet: nothing to collect, and that is no failure",
		async () => {
			const run = await collect();
			expect(run).toMatchObject({
				failed: false,
				log: expect.stringContaining("nothing is stored yet"),
			});
			expect(registry.metric("success")).toBe(1);
			await registry.serves();
		},
	);

	lab.test("every tag, referrer and digest pulls before it", async () => {
		for (const [repository, tag, content] of IMAGES)
			await pushContent(registry.target, repository, content, tag);
		await pushContent(registry.target, "single", REFERRER);
		await pushContent(registry.target, "single", BY_DIGEST);
		// a tag that was moved, its old image deleted by digest as a retention does it
		const old = image("app:old");
		await pushContent(registry.target, "app", old, "moved");
		const { status } = await send(
			registry.target,
			"DELETE",
			`/v2/app/manifests/${old.root}`,
		);
		expect(status).toBe(202);
		const interrupted = await leave("an upload whose push was interrupted");
		// its manifest, config and layers, and the blob that no manifest ever named
		leftovers = 1 + old.blobs.size + 1;
		expect(existsSync(registry.storage.blob(interrupted))).toBe(true);
		expect(await brokenNow()).toEqual([]);
	});

	lab.test(
		"collected: the leftovers are gone, all else pulls, the metrics say so",
		async () => {
			registry.host.done();
			const run = await collect();
			expect(run).toMatchObject({ failed: false });
			expect(registry.host.done()).toEqual([
				"stop registry-private",
				"run registry-private garbage-collect --dry-run /etc/docker/registry/config.yml",
				"run registry-private garbage-collect /etc/docker/registry/config.yml",
				"start registry-private",
			]);
			expect(registry.metric("success")).toBe(1);
			expect(registry.metric("lost")).toBe(0);
			expect(registry.metric("openSince")).toBe(0);
			expect(registry.metric("deletedBlobs")).toBe(leftovers);
			expect(registry.metric("reclaimedBytes")).toBeGreaterThan(0);
			expect(registry.metric("lastSuccess")).toBeGreaterThan(
				Date.now() / 1000 - 120,
			);
			expect(registry.failedStep()).toBeUndefined();
			await registry.serves();
			expect(await brokenNow()).toEqual([]);
		},
	);

	lab.test("what it saw and did is kept", async () => {
		const work = join(registry.model.base, "state/gc-private");
		const [reports = ""] = readdirSync(work).filter((e) => e.startsWith("2"));
		expect(readdirSync(join(work, reports)).sort()).toEqual([
			"close.json",
			"dry-run.txt",
			"open.json",
			"run.txt",
			"state.json",
		]);
		const report = (name: string) =>
			JSON.parse(readFileSync(join(work, reports, name), "utf8"));
		for (const name of ["open.json", "close.json"])
			expect(report(name)).toMatchObject({
				command: "gate",
				outcome: "complete",
				lost: [],
				scan: { findings: [] },
				walk: { findings: [], counts: { tags: IMAGES.length } },
			});
	});

	lab.test(
		"Prometheus reads all that lies in the textfile folder",
		async () => {
			await registry.host.runUnit("registry-scan.service");
			for (const kind of ["gc", "scan"] as const) {
				const file = join(
					registry.model.textfileFolder,
					`registry_guard_${kind}_private.prom`,
				);
				const { code, stdout, stderr } = await runProgram("bash", [
					...["-c", '"$0" check metrics <"$1"', programs.promtool, file],
				]);
				expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: "" });
			}
			expect(
				readdirSync(registry.model.textfileFolder).filter(
					(name) => !name.endsWith(".prom"),
				),
			).toEqual([]);
		},
	);

	lab.test("an old crontab line: nothing is begun", async () => {
		const crontab = registry.host.path("root/etc/crontab");
		writeFileSync(
			crontab,
			"25 3 * * 0 root docker exec registry-private registry garbage-collect -m /etc/docker/registry/config.yml\n",
		);
		await expectFailure(await collect(), "old-cron", /old crontab lines/);
		rmSync(crontab);
	});

	lab.test(
		"a finding: the gate stays shut, the registry is not even stopped",
		async () => {
			const child = [...(IMAGES[0]?.[2].manifests.keys() ?? [])][0] ?? "";
			const link = registry.storage.revisionLink("app", child);
			plant.missing(link);
			registry.host.done();
			await expectFailure(await collect(), "gate-open", /stays shut/);
			expect(registry.host.done()).toEqual([]);
			registry.storage.write(link, child);
		},
	);

	for (const [step, call, said] of [
		["stop", STOP, /told to fail/],
		["dry-run", DRY_RUN, /the dry run failed/],
		["collect", REAL_RUN, /the collection failed/],
	] as const)
		lab.test(`${step} fails: said, and the registry serves`, async () => {
			const blob = await leave(`left before ${step}`);
			registry.host.fail(call);
			await expectFailure(await collect(), step, said);
			registry.host.fail();
			expect(existsSync(registry.storage.blob(blob))).toBe(true);
		});

	lab.test(
		"killed in the middle: the registry serves, the next run collects",
		async () => {
			const run = await collect(/collect private: collect$/m);
			await expectFailure(run, "collect", /the registry is started again/);
			expect(await collect()).toMatchObject({ failed: false });
			expect(await brokenNow()).toEqual([]);
		},
	);

	lab.test(
		"the machine goes down in the middle: the next scan starts it and closes the gate",
		async () => {
			const { host } = registry;
			// all but its end, which nobody lived to see
			const unit = readFileSync(
				host.path("root/etc/systemd/system", UNIT),
				"utf8",
			);
			const begin = unitValues(unit, "Service", "ExecStartPre")[0] ?? "";
			await host.run(begin);
			host.fail(REAL_RUN);
			await host.run(begin.replace(" begin ", " steps "));
			host.fail();
			expect(registry.metric("openSince")).toBeGreaterThan(0);
			const { failed, log } = await host.runUnit("registry-scan.service");
			expect(log).toMatch(/failed at collect; the registry is started again/);
			expect(failed).toBe(false);
			expect(registry.metric("openSince")).toBe(0);
			expect(registry.failedStep()).toBe("collect");
			await registry.serves();
		},
	);

	lab.test("a step that could not be written down is no success", async () => {
		const { base } = registry.model;
		// what a disk that is full leaves behind
		writeFileSync(join(base, "state/gc-private/step"), "");
		const end = `${base}/bin/collect end private ${base}/data/private --cache`;
		expect(await registry.host.run(end)).toMatchObject({ code: 1 });
		expect(registry.failedStep()).toBe("unknown");
		expect(registry.metric("success")).toBe(0);
	});

	lab.test(
		"it cannot be looked at again: the gate stays open until it can",
		async () => {
			registry.host.fail("gate close");
			const run = await collect();
			expect(run.log).toMatch(/could not be looked at again; once it can be: /);
			expect({ failed: run.failed, step: registry.failedStep() }).toEqual({
				failed: true,
				step: "gate-close",
			});
			expect(registry.metric("openSince")).toBeGreaterThan(0);
			await registry.serves();
			registry.host.fail();
			const [, again = ""] = /once it can be: (.*)/.exec(run.log) ?? [];
			expect(await registry.host.run(again)).toMatchObject({ code: 0 });
			expect(registry.metric("openSince")).toBe(0);
			expect(registry.metric("success")).toBe(1);
		},
	);

	lab.test("it waits for whoever holds the lock", async () => {
		registry.host.done();
		const script = registry.host.path("held");
		writeFileSync(
			script,
			`sleep 1; echo let go >>${registry.host.path("vm-state/done")}\n`,
		);
		const holder = registry.host.run(
			`/usr/bin/flock ${registry.model.lockFile} bash ${script}`,
		);
		await eventually(
			"the lock is held",
			() =>
				registry.host.run(`/usr/bin/flock -n ${registry.model.lockFile} true`),
			({ code }) => code === 1,
		);
		expect(await collect()).toMatchObject({ failed: false });
		expect(registry.host.done().slice(0, 2)).toEqual([
			"let go",
			"stop registry-private",
		]);
		await holder;
	});

	lab.test(
		"it cannot be started: said as such, and the gate stays open until it is",
		async () => {
			registry.host.fail(START);
			const run = await collect();
			expect(run.log).toMatch(/CANNOT BE STARTED/);
			expect({ failed: run.failed, step: registry.failedStep() }).toEqual({
				failed: true,
				step: "start",
			});
			expect(registry.metric("openSince")).toBeGreaterThan(0);
			registry.host.fail();
			const text = readFileSync(
				registry.host.path("root/etc/systemd/system", UNIT),
				"utf8",
			);
			const end = /^ExecStopPost=(.*)$/m.exec(text)?.[1] ?? "";
			expect(await registry.host.run(end)).toMatchObject({ code: 0 });
			expect(registry.metric("openSince")).toBe(0);
			expect(registry.metric("success")).toBe(1);
			await registry.serves();
		},
	);

	lab.test(
		"more is deleted than the dry run listed, and it is what people pull: critical",
		async () => {
			// what the old crontab did, in the place of the real run
			const restore = registry.replaceRun(
				"garbage-collect -m /etc/docker/registry/config.yml",
			);
			const run = await collect();
			restore();
			expect(run.failed).toBe(true);
			expect(run.log).toMatch(/the dry run listed \d+ blobs, \d+ were deleted/);
			expect(run.log).toMatch(/LOST {2}app:v1 /);
			expect(run.log).toMatch(/LOST: what was whole before is not whole now/);
			expect(registry.metric("lost")).toBeGreaterThanOrEqual(IMAGES.length);
			expect(registry.failedStep()).toBe("count");
			await registry.serves();
			// the control: on 2.8.2 `-m` takes the children of every index, the referrer and what is pulled by digest
			expect(await brokenNow()).toEqual([
				"app:v1",
				"app:v2",
				"infra/ci:latest",
				`single@${REFERRER.root}`,
				`single@${BY_DIGEST.root}`,
			]);
		},
	);
});
