import {
	type RegistryHost,
	registryHost,
} from "../lib/registry-host/registry-host";

/** The registry VM of this installation. No secret: where in Vault they live, and where on the VM they lie. */
export const host: RegistryHost = registryHost({
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
		{
			name: "private",
			kind: "private",
			users: {
				name: "viktor",
				userKey: "registry_user",
				passwordKey: "registry_password",
			},
			// as pods write it; a folder of this name on the nodes points to the VM's name
			pullHosts: [
				"registry.viktorbarzin.me",
				"registry.viktorbarzin.me:5050",
				"10.0.20.10:5050",
			],
		},
	],
});
