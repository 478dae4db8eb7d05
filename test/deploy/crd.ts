/** As much of the operator's CRD as it takes to accept a PrometheusRule. */
export const PROMETHEUS_RULE_CRD = JSON.stringify({
	apiVersion: "apiextensions.k8s.io/v1",
	kind: "CustomResourceDefinition",
	metadata: { name: "prometheusrules.monitoring.coreos.com" },
	spec: {
		group: "monitoring.coreos.com",
		scope: "Namespaced",
		names: {
			kind: "PrometheusRule",
			listKind: "PrometheusRuleList",
			plural: "prometheusrules",
			singular: "prometheusrule",
		},
		versions: [
			{
				name: "v1",
				served: true,
				storage: true,
				schema: {
					openAPIV3Schema: {
						type: "object",
						properties: {
							spec: {
								type: "object",
								properties: {
									groups: {
										type: "array",
										items: {
											type: "object",
											properties: {
												name: { type: "string" },
												interval: { type: "string" },
												rules: {
													type: "array",
													items: {
														type: "object",
														properties: {
															alert: { type: "string" },
															expr: { "x-kubernetes-int-or-string": true },
															for: { type: "string" },
															labels: {
																type: "object",
																additionalProperties: { type: "string" },
															},
															annotations: {
																type: "object",
																additionalProperties: { type: "string" },
															},
														},
													},
												},
											},
										},
									},
								},
							},
						},
					},
				},
			},
		],
	},
});
