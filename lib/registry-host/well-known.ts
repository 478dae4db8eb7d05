/** What is true of a public registry whoever caches it, and the port and time that its cache has here. */
export interface WellKnown {
	/** Host that references name (`docker.io`). */
	readonly host: string;
	/** Origin that a cache pulls from. */
	readonly url: string;
	readonly port: number;
	/** `HH:MM` of its weekly collection. */
	readonly collectAt: string;
}

/** By the name of the cache; a cache with another name says all of this itself. */
export const WELL_KNOWN: Readonly<Record<string, WellKnown>> = {
	dockerhub: {
		host: "docker.io",
		// docker.io is a name in references only, nothing answers there
		url: "https://registry-1.docker.io",
		port: 5000,
		collectAt: "03:00",
	},
	ghcr: {
		host: "ghcr.io",
		url: "https://ghcr.io",
		port: 5010,
		collectAt: "03:05",
	},
	quay: {
		host: "quay.io",
		url: "https://quay.io",
		port: 5020,
		collectAt: "03:10",
	},
	k8s: {
		host: "registry.k8s.io",
		url: "https://registry.k8s.io",
		port: 5030,
		collectAt: "03:15",
	},
	kyverno: {
		host: "reg.kyverno.io",
		url: "https://reg.kyverno.io",
		port: 5040,
		collectAt: "03:20",
	},
};

/** Of a private registry. */
export const PRIVATE_PORT = 5050;
export const PRIVATE_COLLECT_AT = "03:25";
/** Of a cache that is not well known: the lock makes it wait for those before it. */
export const OTHER_COLLECT_AT = "03:30";

/** Of what is on the host beside the registries: the container `registry-<name>` is another one. */
export const TAKEN_NAMES: readonly string[] = ["nginx", "ui", "node-exporter"];
