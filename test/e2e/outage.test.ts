import { setTimeout as sleep } from "node:timers/promises";
import { METRICS } from "../../lib/guard/contract";
import type { Alertmanager } from "../support/alertmanager";
import type { CronJob } from "../support/cron-job";
import { children } from "../support/damage";
import { Distribution } from "../support/distribution";
import { eventually } from "../support/eventually";
import { FaultyProxy } from "../support/faulty-proxy";
import { multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { startMonitoring } from "../support/monitoring";
import { privateCa } from "../support/private-ca";
import { labModel, probeCronJob, REGISTRY_NAME } from "../support/probe-stack";
import type { Prometheus } from "../support/prometheus";
import { pushContent, send } from "../support/push";
import { Pushgateway, type Series } from "../support/pushgateway";
import { requirePrograms } from "../support/requires";
import { plant } from "../support/storage";

const { suite, programs } = requirePrograms(
	"registry2",
	"htpasswd",
	"openssl",
	"pushgateway",
	"prometheus",
	"alertmanager",
);

const REPOSITORIES = ["team/a", "team/b", "team/c", "team/d", "team/broken"];
/** What a complete run says of them: the one tag that is really broken. */
const KNOWN = { repository: "team/broken", tag: "v1", reason: "missing" };

suite("a registry in trouble", () => {
	const lab = new Lab();
	let registry: Distribution;
	let proxy: FaultyProxy;
	let gateway: Pushgateway;
	let prometheus: Prometheus;
	let alertmanager: Alertmanager;
	let cronJob: CronJob;
	let instance: string;

	const metric = (name: keyof typeof METRICS, labels = {}) =>
		gateway.value(METRICS[name].name, { instance, ...labels });

	/** One run of the CronJob with the proxy in this mood. */
	async function runWith(fault: FaultyProxy["fault"]) {
		proxy.count = 0;
		proxy.faults = 0;
		proxy.fault = fault;
		const [run] = await cronJob.run(lab.folder);
		proxy.fault = () => undefined;
		if (!run) throw new Error("no run");
		return run;
	}

	/** No false finding, and the true one is not forgotten. */
	async function expectOnlyKnownFailure(): Promise<void> {
		expect(await metric("failures")).toBe(1);
		const broken = (await gateway.series()).filter(
			({ name }) => name === METRICS.brokenTagInfo.name,
		);
		expect(broken.map(({ labels }: Series) => labels)).toEqual([
			expect.objectContaining(KNOWN),
		]);
	}

	/** The failure has been firing all along; nothing else does, a scaled run later. */
	async function expectOnlyKnownAlert(): Promise<void> {
		await sleep(2_000);
		expect(await prometheus.firing()).toEqual([
			"RegistryManifestIntegrityFailure",
		]);
	}

	lab.before(async () => {
		const tls = privateCa(programs.openssl, lab.folder, REGISTRY_NAME);
		registry = await Distribution.start(lab, {
			name: "registry2",
			program: programs.registry2,
			htpasswd: programs.htpasswd,
			tls,
		});
		proxy = await FaultyProxy.start(lab, registry, tls);
		gateway = await Pushgateway.start(lab, programs.pushgateway);
		const model = labModel(proxy, tls);
		instance = model.instance;
		cronJob = probeCronJob(model, gateway.origin, { deadline: "15s" });
		for (const repository of REPOSITORIES)
			await pushContent(
				registry.target,
				repository,
				multiArch(repository),
				"v1",
			);
		const broken = multiArch("team/broken");
		const [child = ""] = children(broken, broken.root);
		plant.missing(registry.storage.revisionLink("team/broken", child));
		expect(await runWith(() => undefined)).toMatchObject({ code: 0 });
		({ prometheus, alertmanager } = await startMonitoring(
			lab,
			programs,
			gateway.origin,
			[{ registry: model }],
		));
		await eventually(
			"the known failure fires",
			() => prometheus.firing(),
			(names) => names.join() === "RegistryManifestIntegrityFailure",
		);
	});

	lab.test(
		"bursts of 503 and 429 are waited out: the run is complete",
		async () => {
			const run = await runWith((_, nth) => {
				if (nth >= 20 && nth < 30)
					return { status: 503, headers: { "retry-after": "0" } };
				if (nth >= 60 && nth < 64)
					return { status: 429, headers: { "retry-after": "1" } };
				return undefined;
			});
			expect(run).toMatchObject({ code: 0 });
			expect(proxy.faults).toBe(14);
			expect(await metric("throttled")).toBe(14);
			expect(await metric("tagsChecked")).toBe(REPOSITORIES.length);
			await expectOnlyKnownFailure();
			await expectOnlyKnownAlert();
		},
	);

	lab.test("a 404 that is gone on the second look is nothing", async () => {
		const asked = new Set<string>();
		const run = await runWith(({ url = "", headers }) => {
			const isContent = /\/(blobs|manifests)\/sha256:/.test(url);
			if (!isContent || !headers.authorization || asked.has(url))
				return undefined;
			asked.add(url);
			return {
				status: 404,
				headers: { "content-type": "application/json" },
				body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}',
			};
		});
		expect(run).toMatchObject({ code: 0 });
		expect(proxy.faults).toBeGreaterThan(0);
		await expectOnlyKnownFailure();
	});

	lab.test(
		"every blob answers 500: that is the server, not the content",
		async () => {
			const run = await runWith(({ url = "" }) =>
				url.includes("/blobs/") ? { status: 500 } : undefined,
			);
			expect(run).toMatchObject({ code: 3 });
			expect(run.took).toBeLessThan(20);
			expect(
				await metric("inconclusive", { reason: "server-error" }),
			).toBeGreaterThan(0);
			await expectOnlyKnownFailure();
		},
	);

	lab.test(
		"a tag that moves under the walk, its old content deleted, is no finding",
		async () => {
			const old = multiArch("team/a");
			const [child = ""] = children(old, old.root);
			let moved: Promise<undefined> | undefined;
			const run = await runWith(({ url = "" }) => {
				if (!url.endsWith(`/team/a/manifests/${child}`)) return undefined;
				moved ??= (async () => {
					await pushContent(
						registry.target,
						"team/a",
						multiArch("team/a/new"),
						"v1",
					);
					for (const digest of old.manifests.keys())
						await send(
							registry.target,
							"DELETE",
							`/v2/team/a/manifests/${digest}`,
						);
					return undefined;
				})();
				return moved;
			});
			expect(moved).toBeDefined();
			expect(run).toMatchObject({ code: 0 });
			await expectOnlyKnownFailure();
		},
	);

	lab.test("restarted in the middle of a walk: no false finding", async () => {
		let restarted: Promise<void> | undefined;
		const run = await runWith((_, nth) => {
			if (nth === 30) restarted = registry.restart();
			return undefined;
		});
		await restarted;
		// what it saw of the restart decides: all after a second try, or not all
		expect([0, 3]).toContain(run.code);
		expect(await metric("catalogAccessible")).toBe(1);
		await expectOnlyKnownFailure();
		expect(await runWith(() => undefined)).toMatchObject({ code: 0 });
	});

	lab.test(
		"stopped in the middle of a walk: partial, and nothing is made up",
		async () => {
			const before = await metric("lastSuccess");
			let stopped: Promise<void> | undefined;
			const run = await runWith((_, nth) => {
				if (nth === 30) stopped = registry.stop();
				return undefined;
			});
			await stopped;
			expect(run).toMatchObject({ code: 3 });
			expect(run.took).toBeLessThan(20);
			expect(await metric("catalogAccessible")).toBe(1);
			expect(
				await metric("inconclusive", { reason: "network" }),
			).toBeGreaterThan(0);
			expect(await metric("lastSuccess")).toBe(before);
			expect(await metric("lastRun")).toBeGreaterThan(before ?? 0);
			await expectOnlyKnownFailure();
			await expectOnlyKnownAlert();
		},
	);

	lab.test("down: blind, and the last known failures stay", async () => {
		const run = await runWith(() => undefined);
		expect(run).toMatchObject({ code: 3 });
		expect(await metric("catalogAccessible")).toBe(0);
		expect(await metric("catalogErrorInfo", { reason: "network" })).toBe(1);
		await expectOnlyKnownFailure();
	});

	lab.test(
		"the right alert fires, and silences what follows from it",
		async () => {
			await eventually(
				"catalog alert",
				() => prometheus.firing(),
				(names) => names.includes("RegistryCatalogInaccessible"),
			);
			// the failure keeps firing in Prometheus: it was not mended
			expect(await prometheus.firing()).toContain(
				"RegistryManifestIntegrityFailure",
			);
			await eventually(
				"inhibition",
				() => alertmanager.active(),
				(names) => names.join() === "RegistryCatalogInaccessible",
			);
			const [catalog] = (await prometheus.alerts()).filter(
				({ labels }) => labels.alertname === "RegistryCatalogInaccessible",
			);
			expect(catalog?.annotations.description).toContain("network");
		},
	);

	lab.test("started again: complete, and the alert ends", async () => {
		await registry.start();
		expect(await runWith(() => undefined)).toMatchObject({ code: 0 });
		expect(await metric("catalogAccessible")).toBe(1);
		expect(await metric("catalogErrorInfo")).toBeUndefined();
		await expectOnlyKnownFailure();
		await eventually(
			"recovery",
			() => alertmanager.active(),
			(names) => names.join() === "RegistryManifestIntegrityFailure",
		);
	});

	lab.test("throttled all along: blind, in time", async () => {
		const run = await runWith(() => ({
			status: 429,
			headers: { "retry-after": "3600" },
		}));
		expect(run).toMatchObject({ code: 3 });
		expect(run.took).toBeLessThan(20);
		expect(await metric("catalogErrorInfo", { reason: "throttled" })).toBe(1);
		await expectOnlyKnownFailure();
	});

	lab.test(
		"a registry that accepts and never answers: blind, within the deadline",
		async () => {
			registry.pause();
			try {
				const run = await runWith(() => undefined);
				expect(run).toMatchObject({ code: 3 });
				expect(run.took).toBeLessThan(20);
			} finally {
				registry.resume();
			}
			expect(await metric("catalogAccessible")).toBe(0);
			await expectOnlyKnownFailure();
		},
	);

	lab.test(
		"another registry behind the name: wrong-backend, not an empty one",
		async () => {
			const run = await runWith(() => ({ status: 200, body: "{}" }));
			expect(run).toMatchObject({ code: 3 });
			expect(
				await metric("catalogErrorInfo", { reason: "wrong-backend" }),
			).toBe(1);
			await expectOnlyKnownFailure();
		},
	);

	lab.test(
		"Pushgateway down: exit 3, the finding is still printed",
		async () => {
			await gateway.stop();
			const run = await runWith(() => undefined);
			expect(run).toMatchObject({ code: 3 });
			expect(run.stdout).toContain("team/broken:v1");
		},
	);
});
