import { METRICS } from "../../lib/guard/contract";
import type { Registry } from "../../lib/registry";
import { children } from "../support/damage";
import { Distribution } from "../support/distribution";
import { eventually } from "../support/eventually";
import { runGuard } from "../support/guard";
import { multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { startMonitoring } from "../support/monitoring";
import { privateCa } from "../support/private-ca";
import { labModel, probeCronJob, REGISTRY_NAME } from "../support/probe-stack";
import type { Prometheus } from "../support/prometheus";
import { pushContent } from "../support/push";
import { Pushgateway } from "../support/pushgateway";
import { requirePrograms } from "../support/requires";
import { plant } from "../support/storage";

const { suite, programs } = requirePrograms(
	"registry2",
	"registry3",
	"htpasswd",
	"openssl",
	"pushgateway",
	"prometheus",
	"alertmanager",
);

const SHARDS = 3;
const REPOSITORIES = Array.from({ length: 9 }, (_, i) => `team/app-${i}`);

suite("two registries, one of them in three shards", () => {
	const lab = new Lab();
	let sharded: Distribution;
	let single: Distribution;
	let gateway: Pushgateway;
	let prometheus: Prometheus;
	let shardedModel: Registry;
	let singleModel: Registry;

	async function run(
		model: Registry,
		shards: number,
		only?: readonly number[],
	): Promise<void> {
		const cronJob = probeCronJob(model, gateway.origin, { shards });
		for (const finished of await cronJob.run(lab.folder, only))
			expect(finished).toMatchObject({ code: 0 });
	}

	/** Grouping labels of an instance's groups, without the instance. */
	async function groupsOf({ instance }: Registry) {
		return (await gateway.groups())
			.filter((labels) => labels.instance === instance)
			.map(({ job, shard }) => `${job} ${shard ?? "-"}`)
			.sort();
	}

	const seriesOf = async ({ instance }: Registry, name: string) =>
		(await gateway.series())
			.filter(
				(series) => series.name === name && series.labels.instance === instance,
			)
			.map(({ value }) => value);

	const sum = (values: readonly number[]) =>
		values.reduce((total, value) => total + value, 0);

	lab.before(async () => {
		const tls = privateCa(programs.openssl, lab.folder, REGISTRY_NAME);
		const { htpasswd } = programs;
		[sharded, single] = await Promise.all([
			Distribution.start(lab, {
				name: "registry2",
				program: programs.registry2,
				htpasswd,
				tls,
			}),
			Distribution.start(lab, {
				name: "registry3",
				program: programs.registry3,
				htpasswd,
				tls,
			}),
		]);
		gateway = await Pushgateway.start(lab, programs.pushgateway);
		shardedModel = labModel(sharded, tls);
		singleModel = labModel(single, tls, {
			name: "other",
			instance: "other.lab",
		});
		for (const repository of REPOSITORIES)
			await pushContent(
				sharded.target,
				repository,
				multiArch(repository),
				"v1",
			);
		await pushContent(single.target, "team/app-0", multiArch("other"), "v1");
		await run(shardedModel, SHARDS);
		await run(singleModel, 1);
		({ prometheus } = await startMonitoring(lab, programs, gateway.origin, [
			{ registry: shardedModel, shards: SHARDS },
			{ registry: singleModel },
		]));
	});

	lab.test(
		"every repository is in exactly one shard, and all is quiet",
		async () => {
			expect(await groupsOf(shardedModel)).toEqual([
				"registry-integrity-probe 0",
				"registry-integrity-probe 1",
				"registry-integrity-probe 2",
			]);
			expect(await groupsOf(singleModel)).toEqual(["other-integrity-probe -"]);
			for (const { name } of [
				METRICS.repositories,
				METRICS.reposChecked,
				METRICS.tagsChecked,
			])
				expect(sum(await seriesOf(shardedModel, name))).toBe(
					REPOSITORIES.length,
				);
			await eventually(
				"quiet",
				() => prometheus.alerts(),
				(alerts) => alerts.length === 0,
			);
			expect(await prometheus.query(METRICS.lastRun.name)).toHaveLength(
				SHARDS + 1,
			);
		},
	);

	lab.test("damage in one registry is that registry's alone", async () => {
		const content = multiArch("other");
		const [child = ""] = children(content, content.root);
		plant.missing(single.storage.blob(child));
		await single.restart();
		await run(singleModel, 1);
		const [alert] = await eventually(
			"firing",
			() => prometheus.alerts(),
			([alert]) => alert?.state === "firing",
		);
		expect(alert?.labels).toMatchObject({
			alertname: "RegistryManifestIntegrityFailure",
			instance: "other.lab",
		});
		expect(alert?.annotations.description).toContain("team/app-0:v1");
		expect(await prometheus.alerts()).toHaveLength(1);
	});

	lab.test("damage seen by one shard counts for the registry", async () => {
		const content = multiArch("team/app-4");
		const [child = ""] = children(content, content.root);
		plant.missing(sharded.storage.revisionLink("team/app-4", child));
		await run(shardedModel, SHARDS);
		expect(
			(await seriesOf(shardedModel, METRICS.failures.name)).sort(),
		).toEqual([0, 0, 1]);
		const instances = await eventually(
			"both fire",
			async () =>
				(await prometheus.alerts())
					.filter(({ state }) => state === "firing")
					.map(({ labels }) => `${labels.alertname} ${labels.instance}`)
					.sort(),
			(firing) => firing.length === 2,
		);
		expect(instances).toEqual([
			"RegistryManifestIntegrityFailure other.lab",
			`RegistryManifestIntegrityFailure ${shardedModel.instance}`,
		]);
	});

	lab.test("a shard that never publishes is missed", async () => {
		// the Pushgateway forgot all, and one shard does not come back
		await gateway.stop();
		await gateway.start();
		await run(shardedModel, SHARDS, [0, 1]);
		await run(singleModel, 1);
		const neverRan = async () =>
			(await prometheus.alerts()).filter(
				({ labels }) => labels.alertname === "RegistryIntegrityProbeNeverRan",
			);
		const firing = async () =>
			(await neverRan())
				.filter(({ state }) => state === "firing")
				.map(({ labels }) => labels.instance);
		await eventually(
			"never ran, only there",
			firing,
			(instances) => instances.join() === shardedModel.instance,
		);
		await run(shardedModel, SHARDS, [2]);
		await eventually("all shards", neverRan, (left) => left.length === 0);
	});

	lab.test("fewer shards leave no old group behind", async () => {
		await run(shardedModel, 1);
		expect(await groupsOf(shardedModel)).toEqual([
			"registry-integrity-probe -",
		]);
		await run(shardedModel, SHARDS);
		expect(await groupsOf(shardedModel)).toHaveLength(SHARDS);
	});

	lab.test(
		"a registry that is gone is forgotten, the other is not",
		async () => {
			const forget = await runGuard([
				"forget",
				shardedModel.instance,
				"--push",
				gateway.origin,
			]);
			expect(forget).toMatchObject({ code: 0 });
			expect(await groupsOf(shardedModel)).toEqual([]);
			expect(await groupsOf(singleModel)).toEqual(["other-integrity-probe -"]);
			const { code } = await runGuard([
				"forget",
				singleModel.instance,
				"--job",
				"some-other-job",
				"--push",
				gateway.origin,
			]);
			expect(code).toBe(0);
			expect(await groupsOf(singleModel)).toEqual(["other-integrity-probe -"]);
		},
	);
});
