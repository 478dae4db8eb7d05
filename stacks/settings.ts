import { registry } from "../lib/registry";
import type { Secret } from "../lib/woodpecker/secret";
import type { Settings } from "./model";

const PUSHGATEWAY = "http://prometheus-prometheus-pushgateway.monitoring:9091";

/** A secret of the Woodpecker server: its name there, and where in Vault its value lives. Never on pull requests. */
function secret(name: string, path: string, key = name): Secret {
	return {
		name,
		events: ["push", "manual", "cron"],
		vault: { path, key },
	};
}

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
		url: PUSHGATEWAY,
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
			hosted: { name: "private" },
			builds: {
				images: ["infra-ci", "infra"],
				user: secret("registry_user", "secret/viktor"),
				password: secret("registry_password", "secret/viktor"),
			},
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
			builds: {
				images: ["infra-ci"],
				user: secret("forgejo_user", "secret/viktor"),
				password: secret("forgejo_push_token", "secret/viktor"),
			},
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
	// the private registry is one of those above
	registryHost: {
		host: "registry.viktorbarzin.me",
		address: "10.0.20.10",
		registries: [
			{
				name: "dockerhub",
				kind: "pull-through",
				upstream: {
					login: {
						name: "infra",
						user: "viktorbarzin",
						passwordKey: "dockerhub_registry_password",
					},
				},
				metrics: { port: 5001, allow: ["10.0.20.0/24"] },
			},
			{ name: "ghcr", kind: "pull-through" },
			{ name: "quay", kind: "pull-through" },
			{ name: "k8s", kind: "pull-through" },
			{ name: "kyverno", kind: "pull-through" },
		],
	},
	pipelines: {
		// the one place that names infra-ci: the commit of the seeds, until build-ci-image has found one of its own whole
		infraCi: { tag: "7cb44d72" },
		cli: {
			targets: [
				{
					repository: "docker.io/viktorbarzin/infra",
					user: "viktorbarzin",
					password: secret("dockerhub-pat", "secret/viktor"),
				},
			],
		},
		registryHost: {
			host: "10.0.20.10",
			key: secret(
				"registry_ssh_key",
				"secret/woodpecker/registry_ssh_key",
				"private_key",
			),
		},
		proxmox: {
			host: "192.168.1.127",
			key: secret(
				"pve_ssh_key",
				"secret/woodpecker/pve_ssh_key",
				"private_key",
			),
		},
		pushgateway: PUSHGATEWAY,
		roots: ["stacks/*"],
		slackWebhook: secret(
			"slack_webhook",
			"secret/platform",
			"alertmanager_slack_api_url",
		),
		crons: [
			{ name: "drift-detection", schedule: "0 4 * * *" },
			{ name: "renew-tls-certificate", schedule: "weekly" },
		],
	},
	// The infra repo's own module, called by the monitoring stack:
	// monitoringModule: {
	// 	source: "./modules/monitoring",
	// 	owns: { namespace: true, probes: ["registry"] },
	// },
};
