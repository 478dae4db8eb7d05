import { IntegrityDashboard } from "../../lib/constructs/integrity-dashboard";
import { renderIntegrityDashboard } from "../../lib/dashboards/integrity-dashboard";
import { synthesize } from "./synthesized";

test("a ConfigMap that Grafana's sidecar finds, with the dashboard byte for byte", () => {
	const stack = synthesize((stack) => {
		new IntegrityDashboard(stack, "dashboard", {
			namespace: "monitoring",
			freshFor: 7200,
			labels: { team: "infra" },
		});
	});
	expect(stack.types()).toEqual(["kubernetes_config_map_v1"]);
	const { metadata, data } = stack.only("kubernetes_config_map_v1");
	expect(metadata).toEqual({
		name: "registry-integrity-dashboard",
		namespace: "monitoring",
		labels: { grafana_dashboard: "1", team: "infra" },
	});
	expect(Object.keys(data)).toEqual(["registry-integrity.json"]);
	// Terraform's own reading of its template language
	const read = data["registry-integrity.json"].replace(/([$%])\1\{/g, "$1{");
	expect(read).toBe(renderIntegrityDashboard({ freshFor: 7200 }));
	expect(data["registry-integrity.json"]).not.toMatch(/(?<![$%])[$%]\{/);
});

test("the sidecar's label stays unless it is given another value", () => {
	const labels = (given: Record<string, string>) =>
		synthesize((stack) => {
			new IntegrityDashboard(stack, "dashboard", {
				namespace: "monitoring",
				labels: given,
			});
		}).only("kubernetes_config_map_v1").metadata.labels;
	expect(labels({})).toEqual({ grafana_dashboard: "1" });
	expect(labels({ grafana_dashboard: "yes" })).toEqual({
		grafana_dashboard: "yes",
	});
});
