import { parse } from "yaml";
import { alertGroups } from "../../lib/alerts/alert-groups";
import { integrityAlerts } from "../../lib/alerts/integrity-alerts";
import { alertModel } from "../../stacks/alert-model";
import { generatedFiles } from "../../stacks/generated-files";
import type { Settings } from "../../stacks/model";
import { settings } from "../../stacks/settings";
import { watchedRegistries } from "../../stacks/watched";
import { watchedHost } from "../../stacks/watched-host";
import { host } from "../support/settings-host";
import { addresses, synthesized } from "../support/synthesized";

const real = synthesized(settings);
const stack = real.stack("alerts");
const withAlerts = (alerts: Settings["alerts"]) =>
	synthesized({ ...settings, alerts });

test("every address, a public contract", () => {
	expect(addresses(stack)).toEqual([
		"kubernetes_manifest.registry-integrity_prometheus-rule_70F28BF7",
		"provider.kubernetes",
		"var.kube_config_path",
	]);
});

test("a PrometheusRule and nothing that must survive without the operator; any Terraform will do", () => {
	const [rule] = Object.values(stack.resource?.kubernetes_manifest ?? {});
	expect(rule?.manifest).toMatchObject({
		kind: "PrometheusRule",
		metadata: { name: "registry-integrity", namespace: "monitoring" },
	});
	expect(stack.terraform.required_version).toBe(">= 1.5.7");
});

test("it is deployed after the stack that makes the namespace, and needs none where it exists", () => {
	const dependencies = ({ files }: typeof real) =>
		JSON.parse(files["manifest.json"] ?? "").stacks.alerts.dependencies;
	expect(dependencies(real)).toEqual(["monitoring"]);
	expect(
		dependencies(
			synthesized({
				...settings,
				namespace: { ...settings.namespace, create: false },
			}),
		),
	).toEqual([]);
});

test("all registries are watched, with the schedule and shards that they are probed with", () => {
	const [first, ...rest] = settings.registries;
	if (!first) throw new Error("no registry");
	const watched = watchedRegistries({
		...settings,
		registries: [
			{ ...first, probe: { schedule: "0 * * * *", shards: 3, tagsPerRepo: 5 } },
			...rest,
		],
	});
	expect(watched).toMatchObject([
		{
			registry: { name: "registry" },
			schedule: "0 * * * *",
			shards: 3,
			tagsPerRepo: 5,
		},
		{ registry: { name: "forgejo" }, schedule: "*/15 * * * *" },
		{ registry: { name: "dockerhub" } },
	]);
});

test("the cache's own metrics are watched: DockerRegistryDown and RegistryLowCacheHitRate", () => {
	const { rules } = integrityAlerts({
		registries: watchedRegistries(settings),
		runbookBase: settings.runbookBaseUrl,
	});
	const cache = rules
		.filter(({ expr }) => expr.includes("dockerhub"))
		.map(({ alert }) => alert);
	expect(cache).toEqual(["DockerRegistryDown", "RegistryLowCacheHitRate"]);
});

test("a probe that the monitoring module owns has no alerts here: it publishes less than they ask for", () => {
	const owned = synthesized({
		...settings,
		monitoringModule: {
			source: "git::https://example.com/infra.git",
			owns: { namespace: true, probes: ["registry"] },
		},
	});
	const text = JSON.stringify(owned.stack("alerts"));
	expect(text).not.toContain("registry.viktorbarzin.me");
	expect(text).toContain("forgejo.viktorbarzin.me");
});

describe("the VM and drift", () => {
	const groupsOf = (changes: Partial<Settings>) =>
		alertGroups(alertModel({ ...settings, ...changes })).map(
			({ name }) => name,
		);

	test("a group each, where there is a VM and where there is a detection", () => {
		const [rule] = Object.values(stack.resource?.kubernetes_manifest ?? {});
		expect(rule?.manifest).toMatchObject({
			spec: {
				groups: [
					{ name: "Registry integrity" },
					{ name: "Registry host" },
					{ name: "Infrastructure Drift" },
				],
			},
		});
		expect(groupsOf({ registryHost: undefined })).not.toContain(
			"Registry host",
		);
		expect(groupsOf({ pipelines: undefined })).not.toContain(
			"Infrastructure Drift",
		);
	});

	test("the VM's series are those of the rendered scrape config", () => {
		const { host: watched } = alertModel(settings);
		const path = "generated/registry-host/prometheus/node-exporter.yml";
		const [job] = parse(generatedFiles(settings)[path] ?? "").scrape_configs;
		const [group] = alertGroups(alertModel(settings)).filter(
			({ name }) => name === "Registry host",
		);
		expect(job.static_configs[0].targets).toEqual([watched?.instance]);
		for (const rule of group?.rules ?? [])
			expect(rule).toMatchObject({
				job: job.job_name,
				instance: watched?.instance,
			});
	});

	test("a registry that leaves the VM leaves the alerts, one that is not collected its alerts on collections", () => {
		const [first, ...rest] = host.registries;
		if (!first) throw new Error("no registry");
		expect(watchedHost({ ...host, registries: rest }).scanned).toEqual(
			rest.map(({ name }) => name),
		);
		const kept = watchedHost({
			...host,
			registries: [{ ...first, collectAt: false }, ...rest],
		});
		expect(kept.scanned).toContain(first.name);
		expect(kept.collected).not.toContain(first.name);
	});

	test("their numbers are settings", () => {
		const { host: watched, drift } = alertModel({
			...settings,
			alerts: {
				hostThresholds: { bundleFor: 60 },
				driftThresholds: { manyCount: 3 },
			},
		});
		expect(watched?.thresholds).toEqual({ bundleFor: 60 });
		expect(drift?.thresholds).toEqual({ manyCount: 3 });
		expect(watched?.mountpoints).toEqual([
			"/",
			"/opt",
			"/opt/registry",
			"/opt/registry/data",
		]);
	});
});

test("runbooks and dashboard are the settings'", () => {
	const text = JSON.stringify(stack);
	expect(text).toContain(
		`${settings.runbookBaseUrl}RegistryManifestIntegrityFailure`,
	);
	expect(text).toContain(
		`${settings.grafanaUrl}/d/registry-integrity?var-instance=forgejo.viktorbarzin.me`,
	);
});

test("carrier config-map: no custom resource", () => {
	const { resource } = withAlerts({
		carrier: "config-map",
		labels: { prometheus_rules: "1" },
	}).stack("alerts");
	expect(Object.keys(resource ?? {})).toEqual(["kubernetes_config_map_v1"]);
});

test("carrier none: no such stack; an unknown one is refused", () => {
	expect(withAlerts({ carrier: "none" }).names).toEqual(["monitoring"]);
	expect(() => withAlerts({ carrier: "prometheus" as "none" })).toThrow(
		'carrier: got "prometheus", wanted one of',
	);
});
