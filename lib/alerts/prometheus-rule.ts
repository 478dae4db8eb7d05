import type { AlertGroup } from "./alert";
import { type PrometheusRuleGroup, ruleGroups } from "./rule-group";

/** Where a PrometheusRule goes. */
export interface PrometheusRuleProps {
	/** Name of the object. @default "registry-integrity" */
	readonly name?: string;
	readonly namespace: string;
	/** What the operator's `ruleSelector` asks for (`release: kube-prometheus-stack`). @default {} */
	readonly labels?: Readonly<Record<string, string>>;
}

/** The Prometheus operator's PrometheusRule, as a plain manifest. */
export interface PrometheusRuleManifest {
	readonly apiVersion: "monitoring.coreos.com/v1";
	readonly kind: "PrometheusRule";
	readonly metadata: {
		readonly name: string;
		readonly namespace: string;
		readonly labels?: Readonly<Record<string, string>>;
	};
	readonly spec: { readonly groups: readonly PrometheusRuleGroup[] };
}

/** One group or several as a PrometheusRule. Its texts are Prometheus templates: for Terraform they still have to be escaped. */
export function prometheusRule(
	groups: AlertGroup | readonly AlertGroup[],
	props: PrometheusRuleProps,
): PrometheusRuleManifest {
	const { name = "registry-integrity", namespace, labels = {} } = props;
	return {
		apiVersion: "monitoring.coreos.com/v1",
		kind: "PrometheusRule",
		metadata: {
			name,
			namespace,
			...(Object.keys(labels).length > 0 && { labels }),
		},
		spec: { groups: ruleGroups(groups) },
	};
}
