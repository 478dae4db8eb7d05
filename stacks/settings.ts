import { registry } from "../lib/registry";
import type { Settings } from "./model";

/** Every real value of this installation, once. No secret: a registry names the Vault path of its credentials. */
export const settings: Settings = {
	/** Or `{ kind: "pg" }`, `{ kind: "kubernetes", namespace }`, `{ kind: "s3", bucket, region }`. */
	backend: { kind: "local" },
	kubernetes: { configPath: "~/.kube/config" },
	tiers: {
		core: "0-core",
		cluster: "1-cluster",
		gpu: "2-gpu",
		edge: "3-edge",
		aux: "4-aux",
	},
	namespace: { name: "monitoring", tier: "cluster" },
	schedule: "*/15 * * * *",
	pushgateway: {
		url: "http://prometheus-prometheus-pushgateway.monitoring:9091",
		selector: {
			namespace: "monitoring",
			labels: { "app.kubernetes.io/name": "prometheus-pushgateway" },
			port: 9091,
		},
	},
	// the folder, with the alert's name as the fragment: a file there would need ".md" behind the name
	runbookBaseUrl:
		"https://github.com/ViktorBarzin/infra/tree/master/docs/runbooks#",
	grafanaUrl: "https://grafana.viktorbarzin.me",
	registries: [
		{
			model: registry({
				name: "registry",
				kind: "distribution",
				url: "https://registry.viktorbarzin.me:5050",
				address: "10.0.20.10",
				pullHosts: [
					"registry.viktorbarzin.me",
					"registry.viktorbarzin.me:5050",
					"10.0.20.10:5050",
				],
				vault: {
					name: "viktor",
					userKey: "registry_user",
					passwordKey: "registry_password",
				},
			}),
			credentials: { mode: "ephemeral", revision: 1 },
		},
		{
			model: registry({
				name: "forgejo",
				kind: "forgejo",
				url: "http://forgejo.forgejo.svc.cluster.local",
				plainHttp: true,
				selector: {
					namespace: "forgejo",
					labels: { app: "forgejo" },
					port: 3000,
				},
				// it makes the address of its token service from its public one
				realmHosts: [
					{
						host: "forgejo.viktorbarzin.me",
						selector: {
							namespace: "traefik",
							labels: { "app.kubernetes.io/name": "traefik" },
							port: 8443,
						},
					},
				],
				pathPrefix: "viktor/",
				pushHost: "forgejo.viktorbarzin.me",
				instance: "forgejo.viktorbarzin.me",
				vault: {
					name: "viktor",
					user: "cluster-puller",
					passwordKey: "forgejo_pull_token",
				},
			}),
			credentials: { mode: "ephemeral", revision: 1 },
		},
		{
			// a cache is never walked (that would spend Docker Hub's quota): its own metrics are watched
			model: registry({
				name: "dockerhub",
				kind: "pull-through",
				url: "http://10.0.20.10:5000",
				plainHttp: true,
				metrics: { target: "10.0.20.10:5001", distribution: 2 },
			}),
		},
	],
	// The infra repo's own module, called by the monitoring stack:
	// monitoringModule: {
	// 	source: "./modules/monitoring",
	// 	owns: { namespace: true, probes: ["registry"] },
	// },
};
