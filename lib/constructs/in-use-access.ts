import { ClusterRoleBindingV1 } from "@cdktf/provider-kubernetes/lib/cluster-role-binding-v1";
import { ClusterRoleV1 } from "@cdktf/provider-kubernetes/lib/cluster-role-v1";
import { ServiceAccountV1 } from "@cdktf/provider-kubernetes/lib/service-account-v1";
import { Construct } from "constructs";
import type { Registry } from "../registry";
import { labelsOf } from "./labels";
import { late } from "./late";
import { metaArguments, type Placement } from "./placement";

/** Whose probe it is that may list pod templates. */
export interface InUseAccessProps extends Placement {
	readonly registry: Registry;
}

/** What a probe needs to ask the cluster which images its pods name: list, on everything that has a pod template, and nothing else. */
export class InUseAccess extends Construct {
	readonly serviceAccount: ServiceAccountV1;
	readonly clusterRole: ClusterRoleV1;
	readonly clusterRoleBinding: ClusterRoleBindingV1;
	/** A reference, for the pod. */
	readonly serviceAccountName: string;

	constructor(scope: Construct, id: string, props: InUseAccessProps) {
		super(scope, id);
		const { registry, namespace } = props;
		const meta = metaArguments(props);
		const labels = labelsOf(registry, props.tier);
		const name = registry.probeName;
		// roles have no namespace, two probes of one name may
		const clusterName = `${namespace}-${name}`;

		this.serviceAccount = new ServiceAccountV1(this, "service-account", {
			...meta,
			metadata: { name, namespace, labels },
			automountServiceAccountToken: false,
		});
		this.serviceAccountName = late(() => this.serviceAccount.metadata.name);
		this.clusterRole = new ClusterRoleV1(this, "cluster-role", {
			...meta,
			metadata: { name: clusterName, labels },
			rule: [
				{ apiGroups: [""], resources: ["pods"], verbs: ["list"] },
				{
					apiGroups: ["apps"],
					resources: ["deployments", "statefulsets", "daemonsets"],
					verbs: ["list"],
				},
				{
					apiGroups: ["batch"],
					resources: ["jobs", "cronjobs"],
					verbs: ["list"],
				},
			],
		});
		this.clusterRoleBinding = new ClusterRoleBindingV1(
			this,
			"cluster-role-binding",
			{
				...meta,
				metadata: { name: clusterName, labels },
				roleRef: {
					apiGroup: "rbac.authorization.k8s.io",
					kind: "ClusterRole",
					name: late(() => this.clusterRole.metadata.name),
				},
				subject: [
					{
						kind: "ServiceAccount",
						name: this.serviceAccountName,
						namespace,
					},
				],
			},
		);
	}
}
