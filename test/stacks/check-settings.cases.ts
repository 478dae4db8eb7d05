import { registry } from "../../lib/registry";
import { checkSettings } from "../../stacks/check-settings";
import type { Settings } from "../../stacks/model";
import { settings } from "../../stacks/settings";

const check = (change: object) =>
	checkSettings({ ...settings, ...change } as Settings);
const [first] = settings.registries;

describe("checkSettings", () => {
	test("the real settings pass, and come back as they are", () => {
		expect(checkSettings(settings)).toBe(settings);
	});

	test.each<[object, string]>([
		[
			{ backend: { kind: "loca" } },
			'backend.kind: got "loca", wanted one of local, pg, kubernetes, s3',
		],
		[{ backend: undefined }, "backend.kind: got undefined, wanted one of"],
		[{ kubernetes: {} }, "kubernetes.configPath: got undefined, wanted a path"],
		[
			{ vaultAddress: "vault:8200" },
			'vaultAddress: got "vault:8200", wanted an http(s) URL',
		],
		[
			{ tiers: { ...settings.tiers, gpu: undefined } },
			"tiers.gpu: got undefined, wanted a label value",
		],
		[
			{ namespace: { name: "Monitoring", tier: "cluster" } },
			'namespace.name: got "Monitoring", wanted a DNS label',
		],
		[
			{ namespace: { name: "monitoring", tier: "1-cluster" } },
			'namespace.tier: got "1-cluster", wanted one of core, cluster, gpu, edge, aux',
		],
		[{ registries: [] }, "registries: got [], wanted at least one registry"],
		[
			{ registries: undefined },
			"registries: got undefined, wanted at least one registry",
		],
		[
			{ registries: [first, first] },
			'registries[1].model.name: got "registry", wanted a name of its own',
		],
		[
			{
				registries: [
					{ model: { name: "x", kind: "distribution", url: "https://x" } },
				],
			},
			'registries[0].model: got {"name":"x"',
		],
		[
			{ registries: [first?.model] },
			"registries[0].model: got undefined, wanted what registry({...}) returns",
		],
		[
			{ pushgateway: { url: "prometheus:9091" } },
			'pushgateway.url: got "prometheus:9091", wanted an http(s) URL',
		],
		[
			{ schedule: "15m" },
			'schedule: got "15m", wanted a cron expression of five fields',
		],
		[
			{ runbookBaseUrl: "/docs/runbooks" },
			'runbookBaseUrl: got "/docs/runbooks", wanted an http(s) URL',
		],
		[
			{ grafanaUrl: "https://grafana/" },
			'grafanaUrl: got "https://grafana/", wanted an http(s) URL without a slash at its end',
		],
		[
			{ monitoringModule: { source: "" } },
			'monitoringModule.source: got "", wanted a folder',
		],
		[
			{ monitoringModule: {} },
			"monitoringModule.source: got undefined, wanted a folder",
		],
	])("%j is refused", (change, message) => {
		expect(() => check(change)).toThrow(message);
	});

	test("all mistakes are reported at once, one a line", () => {
		const wrong = () => check({ schedule: "", backend: {}, registries: [] });
		expect(wrong).toThrow(
			/^settings: \n {2}backend\.kind.*\n {2}registries:.*\n {2}schedule:.*$/,
		);
	});

	test("a mistake inside a registry is named by registry() itself", () => {
		expect(() =>
			registry({ name: "Registry", kind: "distribution", url: "https://r" }),
		).toThrow('registry.name: got "Registry", wanted a DNS label');
	});
});
