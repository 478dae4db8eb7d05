import { execFileSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { GC_METRICS } from "../../lib/guard/contract";
import { hostScripts } from "../../lib/registry-host/host-scripts";
import { hostUnits } from "../../lib/registry-host/host-units";
import { registryConfigFile } from "../../lib/registry-host/registry-config";
import {
	type RegistryHost,
	registryHost,
} from "../../lib/registry-host/registry-host";
import { PASSWORD, USER } from "../support/distribution";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { type Content, image, multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { type PushTarget, pushBlob, pushContent, send } from "../support/push";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { plant, Storage } from "../support/storage";
import { UnitHost, type UnitRun } from "../support/unit-host";

const { suite, programs } = requirePrograms("registry2", "htpasswd", "skopeo");

const UNIT = "registry-gc-private.service";
const STOP = "compose .* stop registry-private";
const DRY_RUN = "compose .* run .* garbage-collect --dry-run";
const REAL_RUN = "compose .* run .* garbage-collect /";
const START = "compose .* (start|up) ";

const shared = { sharedLayers: ["app/base"] };
const IMAGES: readonly (readonly [string, string, Content])[] = [
	["app", "v1", multiArch("app:v1", shared)],
	["app", "v2", multiArch("app:v2", shared)],
	["infra/ci", "latest", multiArch("infra/ci", { docker: true })],
	["single", "v1", image("single")],
];
/** Kept by their digests alone: a referrer of a tagged image, and an image that is pulled by digest. */
const SUBJECT = IMAGES[3]?.[2] as Content;
const REFERRER = image("single/signature", {
	extra: {
		artifactType: "application/vnd.dev.cosign.artifact.sig.v1+json",
		subject: {
			mediaType: SUBJECT.manifests.get(SUBJECT.root)?.mediaType,
			digest: SUBJECT.root,
			size: SUBJECT.manifests.get(SUBJECT.root)?.bytes.length,
		},
	},
});
const BY_DIGEST = image("by-digest");

suite("the safe collection of a private registry 2.8.2", () => {
	const lab = new Lab();
	let model: RegistryHost;
	let host: UnitHost;
	let storage: Storage;
	let target: PushTarget;
	let leftovers: number;

	const collect = (killWhen?: RegExp) => host.runUnit(UNIT, killWhen);

	function metric(family: keyof typeof GC_METRICS): number | undefined {
		const text = readFileSync(
			join(model.textfileFolder, "registry_guard_gc_private.prom"),
			"utf8",
		);
		const { name } = GC_METRICS[family];
		const found = new RegExp(
			`^${name}\\{registry="private".*\\} (\\S+)$`,
			"m",
		).exec(text);
		return found ? Number(found[1]) : undefined;
	}

	const failedStep = () =>
		/failed_step_info\{registry="private",step="([a-z-]+)"\} 1/.exec(
			readFileSync(
				join(model.textfileFolder, "registry_guard_gc_private.prom"),
				"utf8",
			),
		)?.[1];

	const serves = () =>
		eventually(
			"the registry serves",
			() =>
				send(target, "GET", "/v2/").then(
					({ status }) => status,
					() => 0,
				),
			(status) => status === 200,
		);

	/** Whether an image can be pulled whole, by the program that people pull with. */
	async function pulls(repository: string, reference: string) {
		const folder = lab.folder;
		const { code } = await runProgram(
			programs.skopeo,
			[
				...["copy", "--quiet", "--all", "--insecure-policy"],
				...["--src-tls-verify=false", "--src-creds", `${USER}:${PASSWORD}`],
				`docker://${new URL(target.origin).host}/${repository}${reference}`,
				`dir:${join(folder, `pulled-${pulled++}`)}`,
			],
			{ HOME: folder },
		);
		return code === 0;
	}
	let pulled = 0;

	async function brokenNow(): Promise<readonly string[]> {
		const wanted = [
			...IMAGES.map(([repository, tag]) => [repository, `:${tag}`]),
			["single", `@${REFERRER.root}`],
			["single", `@${BY_DIGEST.root}`],
		] as const;
		const broken: string[] = [];
		for (const [repository = "", reference = ""] of wanted)
			if (!(await pulls(repository, reference)))
				broken.push(repository + reference);
		return broken;
	}

	/** A blob that was pushed and that no manifest names. */
	async function leave(text: string): Promise<string> {
		return pushBlob(target, "app", Buffer.from(text));
	}

	async function expectFailure(
		run: UnitRun,
		step: string,
		said: RegExp,
	): Promise<void> {
		expect(run.log).toMatch(said);
		expect({ failed: run.failed, step: failedStep() }).toEqual({
			failed: true,
			step,
		});
		expect(metric("success")).toBe(0);
		expect(metric("openSince") ?? 0).toBe(0);
		expect(metric("lost") ?? 0).toBe(0);
		await serves();
	}

	lab.before(async () => {
		const port = await freePort();
		const base = join(lab.folder, "opt/registry");
		model = registryHost({
			host: "registry.lab.test",
			address: "127.0.0.1",
			base,
			textfileFolder: join(lab.folder, "textfile"),
			registries: [
				{
					name: "private",
					kind: "private",
					listen: `127.0.0.1:${port}`,
					storage: `${base}/data/private`,
				},
			],
		});
		const [registry] = model.registries;
		if (!registry) throw new Error("no registry");
		storage = new Storage(registry.data);
		target = {
			origin: `http://127.0.0.1:${port}`,
			user: USER,
			password: PASSWORD,
		};
		host = new UnitHost(lab.folder, ["registry-private"], {
			"registry-private": `exec ${programs.registry2} serve ${registry.configFile}`,
			"registry-private.run": `exec ${programs.registry2} "\${@/\\/etc\\/docker\\/registry\\/config.yml/${registry.configFile.replaceAll("/", "\\/")}}"`,
		});
		lab.onClose(async () => host.stop("registry-private"));
		host.write(
			[
				...hostUnits(model),
				...hostScripts(model),
				registryConfigFile(registry),
			],
			model.guardFile,
		);
		mkdirSync(join(base, "secrets"));
		writeFileSync(
			join(base, "secrets/private-guard.env"),
			`REG_USER=${USER}\nREG_PASS=${PASSWORD}\n`,
		);
		execFileSync(
			programs.htpasswd,
			["-cbB", "-C", "5", join(base, "htpasswd"), USER, PASSWORD],
			{ stdio: "ignore" },
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
			expect(metric("success")).toBe(1);
			await serves();
		},
	);

	lab.test("every tag, referrer and digest pulls before it", async () => {
		for (const [repository, tag, content] of IMAGES)
			await pushContent(target, repository, content, tag);
		await pushContent(target, "single", REFERRER);
		await pushContent(target, "single", BY_DIGEST);
		// a tag that was moved, its old image deleted by digest as a retention does it
		const old = image("app:old");
		await pushContent(target, "app", old, "moved");
		const { status } = await send(
			target,
			"DELETE",
			`/v2/app/manifests/${old.root}`,
		);
		expect(status).toBe(202);
		const interrupted = await leave("an upload whose push was interrupted");
		// its manifest, config and layers, and the blob that no manifest ever named
		leftovers = 1 + old.blobs.size + 1;
		expect(existsSync(storage.blob(interrupted))).toBe(true);
		expect(await brokenNow()).toEqual([]);
	});

	lab.test(
		"collected: the leftovers are gone, all else pulls, the metrics say so",
		async () => {
			host.done();
			const run = await collect();
			expect(run).toMatchObject({ failed: false });
			expect(host.done()).toEqual([
				"stop registry-private",
				"run registry-private garbage-collect --dry-run /etc/docker/registry/config.yml",
				"run registry-private garbage-collect /etc/docker/registry/config.yml",
				"start registry-private",
			]);
			expect(metric("success")).toBe(1);
			expect(metric("lost")).toBe(0);
			expect(metric("openSince")).toBe(0);
			expect(metric("deletedBlobs")).toBe(leftovers);
			expect(metric("reclaimedBytes")).toBeGreaterThan(0);
			expect(metric("lastSuccess")).toBeGreaterThan(Date.now() / 1000 - 120);
			expect(failedStep()).toBeUndefined();
			await serves();
			expect(await brokenNow()).toEqual([]);
		},
	);

	lab.test("what it saw and did is kept", async () => {
		const work = join(model.base, "state/gc-private");
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

	lab.test("an old crontab line: nothing is begun", async () => {
		const crontab = host.path("root/etc/crontab");
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
			const link = storage.revisionLink("app", child);
			plant.missing(link);
			host.done();
			await expectFailure(await collect(), "gate-open", /stays shut/);
			expect(host.done()).toEqual([]);
			storage.write(link, child);
		},
	);

	for (const [step, call, said] of [
		["stop", STOP, /told to fail/],
		["dry-run", DRY_RUN, /the dry run failed/],
		["collect", REAL_RUN, /the collection failed/],
	] as const)
		lab.test(`${step} fails: said, and the registry serves`, async () => {
			const blob = await leave(`left before ${step}`);
			host.fail(call);
			await expectFailure(await collect(), step, said);
			host.fail();
			expect(existsSync(storage.blob(blob))).toBe(true);
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
		"it cannot be looked at again: the gate stays open until it can",
		async () => {
			host.fail("gate close");
			const run = await collect();
			expect(run.log).toMatch(/could not be looked at again; once it can be: /);
			expect({ failed: run.failed, step: failedStep() }).toEqual({
				failed: true,
				step: "gate-close",
			});
			expect(metric("openSince")).toBeGreaterThan(0);
			await serves();
			host.fail();
			const [, again = ""] = /once it can be: (.*)/.exec(run.log) ?? [];
			expect(await host.run(again)).toMatchObject({ code: 0 });
			expect(metric("openSince")).toBe(0);
			expect(metric("success")).toBe(1);
		},
	);

	lab.test("it waits for whoever holds the lock", async () => {
		host.done();
		const script = host.path("held");
		writeFileSync(
			script,
			`sleep 1; echo let go >>${host.path("vm-state/done")}\n`,
		);
		const holder = host.run(`/usr/bin/flock ${model.lockFile} bash ${script}`);
		await eventually(
			"the lock is held",
			() => host.run(`/usr/bin/flock -n ${model.lockFile} true`),
			({ code }) => code === 1,
		);
		expect(await collect()).toMatchObject({ failed: false });
		expect(host.done().slice(0, 2)).toEqual([
			"let go",
			"stop registry-private",
		]);
		await holder;
	});

	lab.test(
		"it cannot be started: said as such, and the gate stays open until it is",
		async () => {
			host.fail(START);
			const run = await collect();
			expect(run.log).toMatch(/CANNOT BE STARTED/);
			expect({ failed: run.failed, step: failedStep() }).toEqual({
				failed: true,
				step: "start",
			});
			expect(metric("openSince")).toBeGreaterThan(0);
			host.fail();
			const text = readFileSync(
				host.path("root/etc/systemd/system", UNIT),
				"utf8",
			);
			const end = /^ExecStopPost=(.*)$/m.exec(text)?.[1] ?? "";
			expect(await host.run(end)).toMatchObject({ code: 0 });
			expect(metric("openSince")).toBe(0);
			expect(metric("success")).toBe(1);
			await serves();
		},
	);

	lab.test(
		"more is deleted than the dry run listed, and it is what people pull: critical",
		async () => {
			// what the old crontab did, in the place of the real run
			const script = host.path("vm-state/services/registry-private.run");
			const honest = readFileSync(script, "utf8");
			writeFileSync(
				script,
				honest.replace(
					"exec ",
					'case "$*" in *--dry-run*) ;; *) set -- garbage-collect -m /etc/docker/registry/config.yml ;; esac\nexec ',
				),
			);
			const run = await collect();
			writeFileSync(script, honest);
			expect(run.failed).toBe(true);
			expect(run.log).toMatch(/the dry run listed \d+ blobs, \d+ were deleted/);
			expect(run.log).toMatch(/LOST {2}app:v1 /);
			expect(run.log).toMatch(/LOST: what was whole before is not whole now/);
			expect(metric("lost")).toBeGreaterThanOrEqual(IMAGES.length);
			expect(failedStep()).toBe("count");
			await serves();
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
