import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownership } from "../../stacks/module-ownership";
import type { MonitoringModule } from "../../stacks/monitoring-module";
import { settings } from "../../stacks/settings";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "module-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const NAMESPACE = `resource "kubernetes_namespace" "monitoring" {\n  metadata {\n    name = "monitoring"\n  }\n}\n`;
const PROBE = `resource "kubernetes_cron_job_v1" "registry_integrity_probe" {\n  metadata {\n    name = "registry-integrity-probe"\n  }\n}\n`;
const SECRET = `resource "kubernetes_secret" "c" {\n  metadata {\n    name = "registry-probe-credentials"\n  }\n}\n`;
const BOTH: MonitoringModule["owns"] = {
	namespace: true,
	probes: ["registry"],
};
const NONE: MonitoringModule["owns"] = { namespace: false, probes: [] };

function own(owns: unknown, text: string, create?: boolean, source = folder) {
	writeFileSync(join(folder, "main.tf"), text);
	return ownership({
		...settings,
		namespace: { ...settings.namespace, create },
		monitoringModule: { source, owns: owns as MonitoringModule["owns"] },
	});
}
const names = ({ probed }: ReturnType<typeof ownership>) =>
	probed.map(({ name }) => name);

describe("ownership", () => {
	test("without a module all is the stack's; a cache is never probed", () => {
		const result = ownership(settings);
		expect(result.namespace).toBe(true);
		expect(names(result)).toEqual(["registry", "forgejo"]);
	});

	test("a namespace that is made elsewhere is not made here", () => {
		const elsewhere = {
			...settings,
			namespace: { ...settings.namespace, create: false },
		};
		expect(ownership(elsewhere).namespace).toBe(false);
	});

	test("what the module owns is not the stack's", () => {
		const result = own(BOTH, NAMESPACE + PROBE + SECRET);
		expect(result).toMatchObject({ namespace: false, warnings: [] });
		expect(names(result)).toEqual(["forgejo"]);
	});

	test("a module that owns nothing of it", () => {
		const result = own(
			NONE,
			`resource "helm_release" "prometheus" {\n  namespace = "monitoring"\n}\n`,
		);
		expect(result).toMatchObject({ namespace: true, warnings: [] });
		expect(names(result)).toEqual(["registry", "forgejo"]);
	});

	test.each([
		[NAMESPACE, "namespace monitoring"],
		[PROBE, "probe registry-integrity-probe"],
		[SECRET, "probe registry-integrity-probe"],
	])(
		"never both: the module makes it and owns does not name it",
		(text, what) => {
			expect(() => own(NONE, text)).toThrow(
				`monitoringModule.owns: got no ${what}, but ${folder} makes it too; wanted it taken out there or named in owns, never both`,
			);
		},
	);

	test("never both: namespace.create against the module's", () => {
		expect(() => own(BOTH, NAMESPACE + PROBE, true)).toThrow(
			"namespace.create: got true with monitoringModule.owns.namespace true, wanted the namespace monitoring to be made by the stack or by the module, never both",
		);
	});

	test("comments and references are no resources", () => {
		const text = `# name = "registry-integrity-probe"\n// "registry-probe-credentials"\n/* ${NAMESPACE} */\ndata "kubernetes_namespace" "m" {\n  metadata {\n    name = "monitoring"\n  }\n}\n`;
		expect(own(NONE, text).warnings).toEqual([]);
	});

	test("what the module should own and does not make is warned of: nobody would make it", () => {
		expect(own(BOTH, NAMESPACE).warnings).toEqual([
			`monitoringModule.owns names the probe registry-integrity-probe, but nothing in ${folder} seems to make it`,
		]);
	});

	test("a source that is no folder is taken at its word", () => {
		const result = own(
			BOTH,
			"",
			undefined,
			"git::https://example.com/infra.git//modules/monitoring",
		);
		expect(result).toMatchObject({ namespace: false, warnings: [] });
	});

	test.each([
		[undefined],
		[{}],
		[{ namespace: true }],
		[{ namespace: "module", probes: [] }],
		[{ namespace: false, probes: "registry" }],
	])("owns must say it: %j", (owns) => {
		expect(() => own(owns, "")).toThrow("monitoringModule.owns: got");
		expect(() => own(owns, "")).toThrow("never both");
	});

	test("owns names only probed registries", () => {
		expect(() =>
			own({ namespace: true, probes: ["dockerhub"] }, NAMESPACE),
		).toThrow(
			'monitoringModule.owns.probes: got "dockerhub", wanted names of probed registries: registry, forgejo',
		);
	});
});
