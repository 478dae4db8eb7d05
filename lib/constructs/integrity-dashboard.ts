import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { Construct } from "constructs";
import {
	DASHBOARD_UID,
	type IntegrityDashboardProps as DashboardModelProps,
	renderIntegrityDashboard,
} from "../dashboards/integrity-dashboard";
import { literal } from "./literal";
import { metaArguments, type Placement } from "./placement";

/** What Grafana's sidecar looks for, as the charts have it. */
const SIDECAR = { grafana_dashboard: "1" };

/** The dashboard, and where its ConfigMap goes. */
export interface IntegrityDashboardProps
	extends Omit<Placement, "tier">,
		DashboardModelProps {
	/** Name of the ConfigMap. @default "registry-integrity-dashboard" */
	readonly name?: string;
	/** Beside `grafana_dashboard: "1"`. @default {} */
	readonly labels?: Readonly<Record<string, string>>;
}

/** The dashboard of all registries, in a ConfigMap that Grafana's sidecar finds. */
export class IntegrityDashboard extends Construct {
	readonly configMap: ConfigMapV1;

	constructor(scope: Construct, id: string, props: IntegrityDashboardProps) {
		super(scope, id);
		const { namespace, name = "registry-integrity-dashboard" } = props;
		const labels = literal({ ...SIDECAR, ...props.labels }, "labels");
		const dashboard = renderIntegrityDashboard(props);
		this.configMap = new ConfigMapV1(this, "config-map", {
			...metaArguments(props),
			metadata: { name, namespace, labels },
			data: { [`${DASHBOARD_UID}.json`]: literal(dashboard, "dashboard") },
		});
	}
}
