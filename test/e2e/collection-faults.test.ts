import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { CollectedRegistry } from "../support/collected-registry";
import { IMAGES } from "../support/collection-content";
import { filledRegistry } from "../support/filled-registry";
import { image, MEDIA, sha256 } from "../support/images";
import { Lab } from "../support/lab";
import { ODDITIES } from "../support/oddities";
import { pushBlob, pushContent, send } from "../support/push";
import { requirePrograms } from "../support/requires";
import type { UnitRun } from "../support/unit-host";

const { suite, programs } = requirePrograms("registry2", "htpasswd", "skopeo");

suite("what goes wrong around a collection", () => {
	const lab = new Lab();
	let registry: CollectedRegistry;

	const work = (...names: string[]) =>
		join(registry.model.base, "state/gc-private", ...names);
	const published = () =>
		join(registry.model.textfileFolder, "registry_guard_gc_private.prom");
	const collect = () => registry.collect();
	const leave = (text: string) =>
		pushBlob(registry.target, "app", Buffer.from(text));
	/** What is written there meets a disk that is full. */
	const fill = (path: string) => symlinkSync("/dev/full", path);

	/** In the place of the real run, lines of bash before it; what they return ends it. */
	function beforeRun(lines: string): () => void {
		const script = registry.host.path("vm-state/services/registry-private.run");
		const honest = readFileSync(script, "utf8");
		writeFileSync(
			script,
			honest.replace(
				"export",
				`case "$*" in *--dry-run*) ;; *) ${lines} ;; esac\nexport`,
			),
		);
		return () => writeFileSync(script, honest);
	}

	/** Every byte below every tag, by what anybody can ask the registry; the digest of what it answers. */
	async function served(): Promise<Map<string, string>> {
		const all = new Map<string, string>();
		const get = async (path: string) => {
			const { status, body, headers } = await send(
				registry.target,
				"GET",
				path,
				undefined,
				{
					accept: Object.values(MEDIA).join(", "),
				},
			);
			// schema 1 is signed anew each time
			const digest = String(body).startsWith('{\n   "schemaVersion": 1')
				? headers["docker-content-digest"]
				: sha256(body);
			all.set(path, `${status} ${digest}`);
			return body;
		};
		const list = async (path: string): Promise<string[]> => {
			const { body } = await send(registry.target, "GET", path);
			const { repositories, tags } = JSON.parse(String(body));
			return repositories ?? tags ?? [];
		};
		const walk = async (repository: string, reference: string) => {
			const bytes = await get(`/v2/${repository}/manifests/${reference}`);
			const {
				manifests = [],
				layers = [],
				fsLayers = [],
				config,
			} = JSON.parse(String(bytes)) as {
				manifests?: { digest: string }[];
				layers?: { digest: string }[];
				fsLayers?: { blobSum: string }[];
				config?: { digest: string };
			};
			for (const { digest } of manifests) await walk(repository, digest);
			const blobs = [...layers, ...(config ? [config] : [])].map(
				({ digest }) => digest,
			);
			for (const digest of [...blobs, ...fsLayers.map((e) => e.blobSum)])
				await get(`/v2/${repository}/blobs/${digest}`);
		};
		for (const repository of await list("/v2/_catalog?n=1000"))
			for (const tag of await list(`/v2/${repository}/tags/list`))
				await walk(repository, tag);
		return all;
	}

	lab.before(async () => {
		registry = await filledRegistry(lab, programs);
	});

	function expectFailedAt(run: UnitRun, step: string, said: RegExp): void {
		expect(run.log).toMatch(said);
		expect({ failed: run.failed, step: registry.failedStep() }).toEqual({
			failed: true,
			step,
		});
		expect(registry.metric("success")).toBe(0);
	}

	lab.test(
		"a repository that 2.8 does not list: its collection would take its manifests, the gate stays shut",
		async () => {
			const { target, storage, host } = registry;
			const index = JSON.stringify({
				schemaVersion: 2,
				mediaType: MEDIA.ociIndex,
				manifests: [],
			});
			const type = { "content-type": MEDIA.ociIndex };
			const path = "/v2/nothing/manifests/";
			expect((await send(target, "PUT", `${path}v1`, index, type)).status).toBe(
				201,
			);
			const { body } = await send(target, "GET", "/v2/_catalog");
			expect(String(body)).not.toContain("nothing");
			host.done();
			expectFailedAt(
				await collect(),
				"gate-open",
				/it does not list nothing, which has no layers/,
			);
			expect(host.done()).toEqual([]);
			// why
			const dryRun = await host.run(
				"docker compose run registry-private garbage-collect --dry-run /etc/docker/registry/config.yml",
			);
			expect(dryRun.stdout).toContain(
				`blob eligible for deletion: ${sha256(index)}`,
			);
			expect(existsSync(storage.blob(sha256(index)))).toBe(true);
			const { status } = await send(target, "DELETE", path + sha256(index));
			expect(status).toBe(202);
		},
	);

	lab.test("the store is not there any more: no success", async () => {
		const { data, base } = registry.model;
		// one collection that had a store
		expect(await collect()).toMatchObject({ failed: false });
		renameSync(join(data, "private"), join(base, "elsewhere"));
		expectFailedAt(await collect(), "store", /is its disk mounted\?/);
		renameSync(join(base, "elsewhere"), join(data, "private"));
	});

	lab.test(
		"the dry run says what nobody understands: the real one is not begun",
		async () => {
			const blob = await leave("not understood");
			const script = registry.host.path(
				"vm-state/services/registry-private.run",
			);
			const honest = readFileSync(script, "utf8");
			for (const line of [
				"3 blobs marked, 1 blobs and 2 manifests eligible for deletion",
				"would delete 1 blob",
				"",
			]) {
				writeFileSync(script, `#!/bin/sh\necho '${line}'\n`);
				registry.host.done();
				expectFailedAt(await collect(), "dry-run", /the dry run lists 0 blobs/);
				expect(registry.host.done().join("\n")).not.toMatch(
					/garbage-collect \//,
				);
			}
			writeFileSync(script, honest);
			expect(existsSync(registry.storage.blob(blob))).toBe(true);
			await registry.serves();
		},
	);

	lab.test(
		"it exits 0 and did nothing: told as another count, and no loss",
		async () => {
			await leave("to be told of");
			const restore = beforeRun("exit 0");
			const run = await collect();
			restore();
			expectFailedAt(run, "count", /listed \d+ blobs, 0 were deleted/);
			expect(registry.metric("lost")).toBe(0);
			expect(registry.metric("openSince")).toBe(0);
			await registry.serves();
		},
	);

	lab.test(
		"what came in before the stop is not whole: no success, and not called a loss",
		async () => {
			const link = registry.storage.tagLink("app", "half");
			const restore = beforeRun(
				`mkdir -p ${join(link, "..")}; echo -n ${sha256("nowhere")} >${link}`,
			);
			const run = await collect();
			restore();
			expectFailedAt(
				run,
				"gate-close",
				/nothing is lost, and what came in before it was stopped is not whole/,
			);
			expect(registry.metric("lost")).toBe(0);
			rmSync(join(link, "../.."), { recursive: true });
		},
	);

	lab.test(
		"killed after it said that the gate is open, before STATE: not open for ever",
		async () => {
			const prom = readFileSync(work("gate.prom"), "utf8");
			writeFileSync(
				work("gate.prom"),
				prom.replace(/(open_since.*) 0$/m, "$1 5"),
			);
			writeFileSync(work("step"), "gate-open\n");
			await registry.host.runUnit("registry-scan.service");
			expect(registry.metric("openSince")).toBe(0);
			expect(registry.failedStep()).toBe("gate-open");
			expect(existsSync(work("step"))).toBe(false);
		},
	);

	lab.test(
		"the clock went back: its own reports are not the ones that go",
		async () => {
			const later = Array.from({ length: 12 }, (_, i) =>
				work(`2999010${i % 10}T00000${i >> 3}Z${i}`),
			);
			for (const folder of later) mkdirSync(folder);
			expect(await collect()).toMatchObject({ failed: false });
			const [own = ""] = readFileSync(work("reports"), "utf8").split("\n");
			expect(readdirSync(own).sort()).toContain("close.json");
			expect(
				readdirSync(work()).filter((name) => name.startsWith("2")),
			).toHaveLength(10);
			for (const folder of later)
				rmSync(folder, { recursive: true, force: true });
		},
	);

	lab.test(
		"metrics that cannot be written: no old success stays, and the next scan tells",
		async () => {
			expect(registry.metric("success")).toBe(1);
			for (const full of [`${published()}.tmp`, work("run.prom.tmp")]) {
				if (full.startsWith(work())) fill(full);
				else mkdirSync(full);
				const run = await collect();
				expect(run.failed).toBe(true);
				expect(run.log).toMatch(/the metrics cannot be written/);
				expect(existsSync(published())).toBe(false);
				await registry.serves();
				rmSync(full, { recursive: true, force: true });
				await registry.host.runUnit("registry-scan.service");
				expect(registry.metric("openSince")).toBe(0);
				expect(await collect()).toMatchObject({ failed: false });
			}
			// it could not be looked at again either: that the gate is open stays said
			registry.host.fail("gate close");
			fill(work("run.prom.tmp"));
			await collect();
			expect(registry.metric("openSince")).toBeGreaterThan(0);
			registry.host.fail();
			rmSync(work("run.prom.tmp"), { force: true });
			await registry.host.runUnit("registry-scan.service");
			expect(registry.metric("openSince")).toBe(0);
			// a number that a full disk cut off is none
			const success = registry.metric("lastSuccess");
			writeFileSync(work("deleted"), "");
			fill(work("last-success.tmp"));
			await collect();
			rmSync(work("last-success.tmp"));
			expect(registry.metric("lastSuccess")).toBe(success);
			// not even begun
			renameSync(work(), work("../elsewhere"));
			writeFileSync(work(), "");
			expect((await collect()).failed).toBe(true);
			expect(existsSync(published())).toBe(false);
			rmSync(work());
			renameSync(work("../elsewhere"), work());
			expect(await collect()).toMatchObject({ failed: false });
		},
	);

	lab.test(
		"a scan whose metrics cannot be written leaves no old ones",
		async () => {
			const file = published().replace("_gc_", "_scan_");
			expect(existsSync(file)).toBe(true);
			fill(`${file}.tmp`);
			const { failed } = await registry.host.runUnit("registry-scan.service");
			expect(failed).toBe(true);
			expect(existsSync(file)).toBe(false);
		},
	);

	lab.test(
		"a STATE that nobody can read: no other collection before somebody looked",
		async () => {
			registry.host.fail("gate close");
			await collect();
			registry.host.fail();
			writeFileSync(work("gate.json"), '{"schema":1');
			registry.host.done();
			expectFailedAt(await collect(), "gate-close", /no whole JSON document/);
			expect(registry.host.done().join("\n")).not.toMatch(/stop|run/);
			expect(registry.metric("openSince")).toBeGreaterThan(0);
			await registry.serves();
			// as the runbook says
			rmSync(work("gate.json"));
			expect(await collect()).toMatchObject({ failed: false });
			expect(registry.metric("openSince")).toBe(0);
		},
	);

	lab.test(
		"what the last one lost is told before another is begun",
		async () => {
			const [repository, tag, content] = IMAGES[0] ?? ["", "", image("")];
			const [child = ""] = content.manifests.keys();
			const link = registry.storage.revisionLink(repository, child);
			const restore = beforeRun(`rm ${link}`);
			registry.host.fail("gate close");
			await collect();
			restore();
			registry.host.fail();
			registry.host.done();
			const run = await collect();
			expect(run.log).toMatch(/the last collection did not come to its end/);
			expect(run.log).toMatch(/LOST: what was whole before is not whole now/);
			expect(run.failed).toBe(true);
			expect(registry.metric("lost")).toBe(1);
			expect(registry.host.done().join("\n")).not.toMatch(/stop|run/);
			await registry.serves();
			// with the link went what only that child needs
			registry.storage.put(repository, content, tag);
		},
	);

	lab.test(
		"every odd thing that is whole stays byte for byte, what nothing names goes",
		async () => {
			const { target, storage } = registry;
			// this one takes a registry that allows the address
			for (const { name, put, only = "2.8.2" } of ODDITIES)
				if (only === "2.8.2" && name !== "foreign-layer")
					await put({ target, storage, repository: `odd/${name}` });
			// a repository that only began: no catalog lists it
			await send(target, "POST", "/v2/odd/began/blobs/uploads/");
			for (const seed of ["first", "second", "third"])
				await pushContent(target, "odd/moved", image(seed), "latest");
			const before = await served();
			expect(before.size).toBeGreaterThan(100);
			// stored by sha256, named by sha512: 2.8 does not see that it is needed
			expectFailedAt(
				await collect(),
				"dry-run",
				/pushed by another digest than sha256.*: sha256:[0-9a-f]{64}$/m,
			);
			await registry.serves();
			expect(await served()).toEqual(before);
			const other = "odd/sha512-layer";
			rmSync(join(storage.tagLink(other, "x"), "../../../../.."), {
				recursive: true,
			});
			for (const path of before.keys())
				if (path.includes(other)) before.delete(path);

			const run = await collect();
			expect(run.log).toMatch(/collect private: done$/m);
			expect(registry.metric("deletedBlobs")).toBeGreaterThan(0);
			await registry.serves();
			expect(await served()).toEqual(before);
		},
	);
});
