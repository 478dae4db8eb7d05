import { METRICS } from "../../lib/guard/contract";
import type { Alertmanager } from "../support/alertmanager";
import type { CronJob } from "../support/cron-job";
import { Distribution, PASSWORD, USER } from "../support/distribution";
import { eventually } from "../support/eventually";
import { guardReport, runGuard } from "../support/guard";
import { type Content, multiArch } from "../support/images";
import { Lab } from "../support/lab";
import { startMonitoring } from "../support/monitoring";
import { type PrivateCa, privateCa } from "../support/private-ca";
import { labModel, probeCronJob, REGISTRY_NAME } from "../support/probe-stack";
import type { Prometheus } from "../support/prometheus";
import { pushContent } from "../support/push";
import { Pushgateway } from "../support/pushgateway";
import { RegistryClients } from "../support/registry-clients";
import { requirePrograms } from "../support/requires";

/** What the incident hit: every tag an index over platforms and their attestations, layers shared between versions. */
const IMAGES: readonly (readonly [string, string, Content])[] = [
	"infra-ci:v1",
	"infra-ci:latest",
	"apps/site:v1",
	"apps/site:v2",
].map((name) => {
	const [repository = "", tag = ""] = name.split(":");
	const content = multiArch(name, { sharedLayers: [`${repository}/base`] });
	return [repository, tag, content] as const;
});

const CREDENTIALS = { REG_USER: USER, REG_PASS: PASSWORD };

const { suite, programs } = requirePrograms(
	"registry2",
	"registry3",
	"htpasswd",
	"openssl",
	"pushgateway",
	"prometheus",
	"alertmanager",
	"skopeo",
);

suite("garbage-collect -m on a live docker-registry 2.8.2", () => {
	const lab = new Lab();
	let registry: Distribution;
	let gateway: Pushgateway;
	let clients: RegistryClients;
	let prometheus: Prometheus;
	let alertmanager: Alertmanager;
	let cronJob: CronJob;
	let instance: string;
	let tls: PrivateCa;

	const metric = (name: keyof typeof METRICS) =>
		gateway.value(METRICS[name].name, { instance });

	const verify = () =>
		guardReport(
			["verify", `${registry.host}/infra-ci:latest`, "--ca-file", tls.caFile],
			CREDENTIALS,
		);

	async function runCronJob(): Promise<string> {
		const [run] = await cronJob.run(lab.folder);
		// the CronJob says --exit-zero: a finding is no failed Job
		expect(run).toMatchObject({ code: 0 });
		return run?.stdout ?? "";
	}

	lab.before(async () => {
		tls = privateCa(programs.openssl, lab.folder, REGISTRY_NAME);
		registry = await Distribution.start(lab, {
			name: "registry2",
			program: programs.registry2,
			htpasswd: programs.htpasswd,
			tls,
		});
		gateway = await Pushgateway.start(lab, programs.pushgateway);
		clients = new RegistryClients(lab, registry, tls, programs);
		const model = labModel(registry, tls);
		instance = model.instance;
		cronJob = probeCronJob(model, gateway.origin);
		for (const [repository, tag, content] of IMAGES)
			await pushContent(registry.target, repository, content, tag);
		await runCronJob();
		({ prometheus, alertmanager } = await startMonitoring(
			lab,
			programs,
			gateway.origin,
			[{ registry: model }],
		));
	});

	lab.test(
		"before it every tag is whole, and nobody is told otherwise",
		async () => {
			expect(await metric("failures")).toBe(0);
			expect(await metric("catalogAccessible")).toBe(1);
			expect(await metric("repositories")).toBe(2);
			expect(await metric("tagsChecked")).toBe(IMAGES.length);
			expect(await metric("indexesChecked")).toBe(IMAGES.length);
			expect(await metric("lastSuccess")).toBeGreaterThan(
				Date.now() / 1000 - 60,
			);
			expect(await metric("tlsNotAfter")).toBeGreaterThan(Date.now() / 1000);
			expect(await clients.copy("infra-ci:latest")).toMatchObject({ code: 0 });
			await eventually(
				"quiet",
				() => prometheus.alerts(),
				(alerts) => alerts.length === 0,
			);
			expect(await prometheus.query(METRICS.lastRun.name)).toHaveLength(1);
		},
	);

	lab.test("the collection takes the children of every index", async () => {
		const said = await registry.garbageCollect("-m");
		// a revision without a tag of its own: two platforms and two attestations a tag
		expect(said.match(/manifest eligible for deletion/g)).toHaveLength(
			4 * IMAGES.length,
		);
		expect(await clients.copy("infra-ci:latest")).toMatchObject({ code: 1 });
	});

	lab.test(
		"the CronJob finds every tag, though the registry still remembers the blobs",
		async () => {
			const said = await runCronJob();
			for (const [repository, tag] of IMAGES)
				expect(said).toContain(`${repository}:${tag}`);
			expect(await metric("failures")).toBe(IMAGES.length);
			const broken = (await gateway.series()).filter(
				({ name }) => name === METRICS.brokenTagInfo.name,
			);
			expect(broken.map(({ labels }) => labels)).toEqual(
				expect.arrayContaining(
					IMAGES.map(([repository, tag]) =>
						expect.objectContaining({
							instance,
							repository,
							tag,
							reason: "missing",
							image: `${instance}/${repository}:${tag}`,
							in_use: "unknown",
						}),
					),
				),
			);
		},
	);

	lab.test("verify shows the way from the tag to the bad node", async () => {
		const { code, report } = await verify();
		expect(code).toBe(1);
		expect(report).toMatchObject({
			command: "verify",
			outcome: "complete",
			targets: [{ digest: IMAGES[1]?.[2].root }],
		});
		expect(
			report.findings.map(({ kind, reason }) => `${kind} ${reason}`),
		).toEqual(
			expect.arrayContaining(["manifest missing", "attestation missing"]),
		);
		for (const { path } of report.findings)
			expect(path[0]).toEqual({ kind: "index", digest: IMAGES[1]?.[2].root });
	});

	lab.test(
		"doctor has nothing to object: it is the content that is broken",
		async () => {
			const { code, stdout } = await runGuard(
				[
					"doctor",
					registry.origin,
					"--ca-file",
					tls.caFile,
					"--push",
					gateway.origin,
				],
				CREDENTIALS,
			);
			expect(stdout).not.toMatch(/fail/i);
			expect(code).toBe(0);
		},
	);

	lab.test("Prometheus waits, then fires, and names the tags", async () => {
		const failure = async () =>
			(await prometheus.alerts()).filter(
				({ labels }) => labels.alertname === "RegistryManifestIntegrityFailure",
			);
		const [firing] = await eventually(
			"firing",
			failure,
			([alert]) => alert?.state === "firing",
		);
		// it waited first: 30 minutes are three seconds, with an evaluation in each
		const [waited] = await prometheus.query(
			'count_over_time(ALERTS{alertname="RegistryManifestIntegrityFailure",alertstate="pending"}[5m])',
		);
		expect(waited?.labels).toMatchObject({ instance });
		expect(waited?.value).toBeGreaterThanOrEqual(2);
		expect(firing?.labels).toMatchObject({ instance, severity: "critical" });
		for (const [repository, tag] of IMAGES)
			expect(firing?.annotations.description).toContain(
				`${repository}:${tag} (missing`,
			);
		expect(firing?.annotations.runbook_url).toMatch(
			/RegistryManifestIntegrityFailure/,
		);
		expect(await prometheus.firing()).toEqual([
			"RegistryManifestIntegrityFailure",
		]);
		await eventually(
			"alertmanager",
			() => alertmanager.active(),
			(names) => names.join() === "RegistryManifestIntegrityFailure",
		);
	});

	lab.test(
		"a restart mends nothing: with a cold cache all is found again",
		async () => {
			await registry.restart();
			await runCronJob();
			expect(await metric("failures")).toBe(IMAGES.length);
			expect(await clients.copy("infra-ci:latest")).toMatchObject({ code: 1 });
		},
	);

	lab.test(
		"pushed again after the restart every tag is whole, and the alert ends",
		async () => {
			for (const [repository, tag, content] of IMAGES)
				await pushContent(registry.target, repository, content, tag);
			await runCronJob();
			expect(await metric("failures")).toBe(0);
			expect(await verify()).toMatchObject({ code: 0 });
			expect(await clients.copy("infra-ci:latest")).toMatchObject({ code: 0 });
			await eventually(
				"quiet",
				() => prometheus.alerts(),
				(alerts) => alerts.length === 0,
			);
		},
	);
});

suite("the same collection on registry 3.1.1", () => {
	const lab = new Lab();

	lab.test(
		"harms nothing: the probe finds every tag whole, also after a restart",
		async () => {
			const tls = privateCa(programs.openssl, lab.folder, REGISTRY_NAME);
			const registry = await Distribution.start(lab, {
				name: "registry3",
				program: programs.registry3,
				htpasswd: programs.htpasswd,
				tls,
			});
			for (const [repository, tag, content] of IMAGES)
				await pushContent(registry.target, repository, content, tag);
			const probe = () =>
				guardReport(
					["probe", registry.origin, "--ca-file", tls.caFile, "--mode", "full"],
					CREDENTIALS,
				);
			const whole = {
				code: 0,
				report: {
					outcome: "complete",
					findings: [],
					inconclusive: [],
					counts: { tags: IMAGES.length, indexes: IMAGES.length },
				},
			};
			expect(await probe()).toMatchObject(whole);
			await registry.garbageCollect("-m");
			expect(await probe()).toMatchObject(whole);
			await registry.restart();
			expect(await probe()).toMatchObject(whole);
		},
	);
});
