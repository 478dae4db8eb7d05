// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform templates are what this is about

import { ALERTS } from "../../lib/alerts/alert";
import {
	IntegrityAlerts,
	type IntegrityAlertsProps,
} from "../../lib/constructs/integrity-alerts";
import { registry } from "../../lib/registry";
import { newStack, PRIVATE, synthesize } from "./synthesized";

function alerts(props: Partial<IntegrityAlertsProps> = {}) {
	return synthesize((stack) => {
		new IntegrityAlerts(stack, "alerts", {
			registries: [{ registry: registry(PRIVATE) }],
			namespace: "monitoring",
			runbookBase: "https://docs.local/runbooks/",
			...props,
		});
	});
}

test("a PrometheusRule by default", () => {
	const stack = alerts({
		labels: { release: "prometheus" },
		computedFields: ["spec.x"],
	});
	expect(stack.types()).toEqual(["kubernetes_manifest"]);
	const { manifest, computed_fields } = stack.only("kubernetes_manifest");
	expect(manifest).toMatchObject({
		apiVersion: "monitoring.coreos.com/v1",
		kind: "PrometheusRule",
		metadata: {
			name: "registry-integrity",
			namespace: "monitoring",
			labels: { release: "prometheus" },
		},
	});
	expect(computed_fields).toEqual(["spec.x"]);
	const [group] = manifest.spec.groups;
	expect(group.name).toBe("Registry integrity");
	const names: string[] = group.rules.map((r: { alert: string }) => r.alert);
	expect(names.filter((name) => name in ALERTS)).toEqual(names);
	expect(names).toContain("RegistryManifestIntegrityFailure");
});

test("what Terraform would read as a template is only text", () => {
	const instance = "a${b}%{c}";
	for (const carrier of ["prometheus-rule", "config-map"] as const) {
		const { text } = alerts({
			carrier,
			registries: [{ registry: registry({ ...PRIVATE, instance }) }],
		});
		expect(text).toContain("a$${b}%%{c}");
		expect(text).not.toMatch(/(?<!\$)\$\{b|(?<!%)%\{c/);
	}
});

test("a rule file in a ConfigMap, where there is no operator", () => {
	const stack = alerts({
		carrier: "config-map",
		labels: { rules: "1" },
		name: "mine",
	});
	expect(stack.types()).toEqual(["kubernetes_config_map_v1"]);
	const { metadata, data } = stack.only("kubernetes_config_map_v1");
	expect(metadata).toEqual({
		name: "mine",
		namespace: "monitoring",
		labels: { rules: "1" },
	});
	expect(Object.keys(data)).toEqual(["mine.rules.yml"]);
	expect(data["mine.rules.yml"]).toContain("RegistryManifestIntegrityFailure");
});

test("none: only the rules as data", () => {
	const stack = newStack();
	const { groups } = new IntegrityAlerts(stack, "alerts", {
		registries: [{ registry: registry(PRIVATE) }],
		namespace: "monitoring",
		runbookBase: "https://docs.local/",
		carrier: "none",
	});
	expect(groups.map(({ name }) => name)).toEqual(["Registry integrity"]);
	expect(groups[0]?.rules.length).toBeGreaterThan(5);
	expect(alerts({ carrier: "none" }).types()).toEqual([]);
});

test("refuses an unknown carrier", () => {
	expect(() => alerts({ carrier: "helm" as never })).toThrow(
		'carrier: got "helm", wanted one of prometheus-rule, config-map, none',
	);
});
