import type { Registry } from "../registry";

/** Labels that pick the pods of one probe, and nothing else. */
export function selectorLabels(registry: Registry): Record<string, string> {
	return {
		"app.kubernetes.io/name": "cdktf-registry-guard",
		"app.kubernetes.io/instance": registry.probeName,
	};
}

/** Labels of every resource that belongs to a registry. */
export function labelsOf(
	registry: Registry,
	tier?: string,
): Record<string, string> {
	return { ...selectorLabels(registry), ...(tier !== undefined && { tier }) };
}
