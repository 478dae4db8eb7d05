import { setTimeout as sleep } from "node:timers/promises";
import type { Alertmanager } from "../support/alertmanager";
import { eventually } from "../support/eventually";
import { Lab } from "../support/lab";
import { startMonitoring } from "../support/monitoring";
import type { Prometheus } from "../support/prometheus";
import { requirePrograms } from "../support/requires";
import { TroubledRegistry } from "../support/troubled-registry";

const { suite, programs } = requirePrograms(
	"registry2",
	"htpasswd",
	"openssl",
	"pushgateway",
	"prometheus",
	"alertmanager",
);

suite("a registry goes down in the middle of a walk and comes back", () => {
	const lab = new Lab();
	let trouble: TroubledRegistry;
	let prometheus: Prometheus;
	let alertmanager: Alertmanager;

	lab.before(async () => {
		trouble = await TroubledRegistry.start(lab, programs);
		({ prometheus, alertmanager } = await startMonitoring(
			lab,
			programs,
			trouble.gateway.origin,
			[{ registry: trouble.model }],
		));
		await eventually(
			"the known failure fires",
			() => prometheus.firing(),
			(names) => names.join() === "RegistryManifestIntegrityFailure",
		);
	});

	/** The failure has been firing all along; nothing else does, a scaled run later. */
	async function expectOnlyKnownAlert(): Promise<void> {
		await sleep(2_000);
		expect(await prometheus.firing()).toEqual([
			"RegistryManifestIntegrityFailure",
		]);
	}

	lab.test("throttled in bursts: nobody is told anything new", async () => {
		const run = await trouble.runWith((_, nth) =>
			nth % 20 < 4
				? { status: 503, headers: { "retry-after": "0" } }
				: undefined,
		);
		expect(run).toMatchObject({ code: 0 });
		await trouble.expectOnlyKnownFailure();
		await expectOnlyKnownAlert();
	});

	lab.test(
		"stopped in the middle of a walk: partial, and nothing is made up",
		async () => {
			const before = await trouble.metric("lastSuccess");
			let stopped: Promise<void> | undefined;
			const run = await trouble.runWith((_, nth) => {
				if (nth === 30) stopped = trouble.registry.stop();
				return undefined;
			});
			await stopped;
			expect(run).toMatchObject({ code: 3 });
			expect(await trouble.metric("catalogAccessible")).toBe(1);
			expect(
				await trouble.metric("inconclusive", { reason: "network" }),
			).toBeGreaterThan(0);
			expect(await trouble.metric("lastSuccess")).toBe(before);
			expect(await trouble.metric("lastRun")).toBeGreaterThan(before ?? 0);
			await trouble.expectOnlyKnownFailure();
			await expectOnlyKnownAlert();
		},
	);

	lab.test("down: blind, and the last known failures stay", async () => {
		const run = await trouble.runWith(() => undefined);
		expect(run).toMatchObject({ code: 3 });
		expect(await trouble.metric("catalogAccessible")).toBe(0);
		expect(
			await trouble.metric("catalogErrorInfo", { reason: "network" }),
		).toBe(1);
		await trouble.expectOnlyKnownFailure();
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
		await trouble.registry.start();
		expect(await trouble.runWith(() => undefined)).toMatchObject({ code: 0 });
		expect(await trouble.metric("catalogAccessible")).toBe(1);
		expect(await trouble.metric("catalogErrorInfo")).toBeUndefined();
		await trouble.expectOnlyKnownFailure();
		await eventually(
			"recovery",
			() => alertmanager.active(),
			(names) => names.join() === "RegistryManifestIntegrityFailure",
		);
	});
});
