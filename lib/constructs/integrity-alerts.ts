import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { Manifest } from "@cdktf/provider-kubernetes/lib/manifest";
import { Construct } from "constructs";
import type { AlertGroup } from "../alerts/alert";
import {
	type AlertGroupsProps as AlertsModelProps,
	alertGroups,
} from "../alerts/alert-groups";
import { prometheusRule } from "../alerts/prometheus-rule";
import { renderRuleFile } from "../alerts/rule-file";
import { literal } from "./literal";
import { metaArguments, type Placement } from "./placement";

export const ALERT_CARRIERS = [
	"prometheus-rule",
	"config-map",
	"none",
] as const;
/**
 * What brings the rules to Prometheus. `prometheus-rule`: the operator's object, whose whole stack cannot be planned
 * where its CRD is absent. `config-map`: a rule file for Prometheus to mount. `none`: somebody else.
 */
export type AlertCarrier = (typeof ALERT_CARRIERS)[number];

/** The alerts, where they go, and what carries them there. */
export interface IntegrityAlertsProps
	extends Omit<Placement, "tier">,
		AlertsModelProps {
	/** @default "prometheus-rule" */
	readonly carrier?: AlertCarrier;
	/** Name of the object. @default "registry-integrity" */
	readonly name?: string;
	/** What the operator's `ruleSelector` or a sidecar asks for (`release: kube-prometheus-stack`). @default {} */
	readonly labels?: Readonly<Record<string, string>>;
	/** Fields of the PrometheusRule that the cluster may change. @default - the provider's: labels and annotations */
	readonly computedFields?: readonly string[];
}

/** The alerts of all registries, and where they are watched of their VM and of the stacks. Give it a stack of its own unless the operator is sure to be there. */
export class IntegrityAlerts extends Construct {
	/** The rules as data, whatever carries them; those of the registries first. */
	readonly groups: readonly AlertGroup[];
	readonly prometheusRule?: Manifest;
	readonly configMap?: ConfigMapV1;

	/** @throws Error for an unknown carrier, and as the alert model does. */
	constructor(scope: Construct, id: string, props: IntegrityAlertsProps) {
		super(scope, id);
		const { carrier = "prometheus-rule", namespace } = props;
		const { name = "registry-integrity", computedFields } = props;
		if (!ALERT_CARRIERS.includes(carrier)) {
			throw new Error(
				`carrier: got ${JSON.stringify(carrier)}, wanted one of ${ALERT_CARRIERS.join(", ")}`,
			);
		}
		const labels = literal({ ...props.labels }, "labels");
		this.groups = alertGroups(props);
		const meta = metaArguments(props);
		if (carrier === "prometheus-rule") {
			const rule = prometheusRule(this.groups, { name, namespace, labels });
			this.prometheusRule = new Manifest(this, "prometheus-rule", {
				...meta,
				manifest: { ...rule, spec: literal(rule.spec, "prometheusRule.spec") },
				...(computedFields && { computedFields: [...computedFields] }),
			});
		}
		if (carrier === "config-map") {
			const file = renderRuleFile(this.groups);
			this.configMap = new ConfigMapV1(this, "config-map", {
				...meta,
				metadata: { name, namespace, labels },
				data: { [`${name}.rules.yml`]: literal(file, "rules") },
			});
		}
	}
}
