/**
 * The one model of a registry, from which everything else is derived: CronJob, Secret, metrics labels, alerts, pull
 * references. No secret is ever a value here, only where in Vault it lives.
 */

export const REGISTRY_KINDS = [
	"distribution",
	"forgejo",
	"pull-through",
] as const;
/** What software serves it; a `pull-through` cache is never walked. */
export type RegistryKind = (typeof REGISTRY_KINDS)[number];

/** In-cluster pods behind a name: what a NetworkPolicy can select. */
export interface PodPeer {
	readonly namespace: string;
	readonly labels: Readonly<Record<string, string>>;
	/** The container's port, not the Service's. */
	readonly port: number;
}

/** A host that makes tokens for the registry: it may be sent credentials, and becomes an egress rule. */
export interface RealmHost {
	/** `host[:port]`. */
	readonly host: string;
	/** IP behind the host. */
	readonly address?: string;
	readonly selector?: PodPeer;
}

/** Where in Vault (kv v2) the registry's credentials live. */
export interface VaultCredentials {
	/** @default "secret" */
	readonly mount?: string;
	/** Path below the mount (`viktor`). */
	readonly name: string;
	/** Key that holds the user name; exactly one of `userKey` and `user`. */
	readonly userKey?: string;
	/** The user name itself, where it is no secret (`cluster-puller`). */
	readonly user?: string;
	readonly passwordKey: string;
}

/** The registry's own /metrics, scraped by Prometheus. */
export interface MetricsTarget {
	/** `host:port` (`10.0.20.10:5001`). */
	readonly target: string;
	/** Major version of distribution: the metric names differ. */
	readonly distribution: 2 | 3;
}

/** What is said about a registry; the rest follows from it. */
export interface RegistryProps {
	/** DNS label; the CronJob is `<name>-integrity-probe`, the Secret `<name>-probe-credentials`. */
	readonly name: string;
	readonly kind: RegistryKind;
	/** Origin, `https://host[:port]`; `http://` only with `plainHttp`. */
	readonly url: string;
	/** @default false */
	readonly plainHttp?: boolean;
	/** IP behind the url's host: becomes a hostAlias and a /32 egress rule. */
	readonly address?: string;
	/** The registry's pods, where it runs in the cluster. */
	readonly selector?: PodPeer;
	/** What stands before the image's name in a repository (`viktor/`). @default "" */
	readonly pathPrefix?: string;
	/** `host[:port]` that images are pushed to. @default - host[:port] of the url */
	readonly pushHost?: string;
	/** How references to it are written in pods, the first is the canonical one. @default - [pushHost] */
	readonly pullHosts?: readonly string[];
	/** PEM bundle of a private CA. @default - Node's built-in roots alone */
	readonly ca?: string;
	readonly realmHosts?: readonly RealmHost[];
	/** @default - anonymous */
	readonly vault?: VaultCredentials;
	/** The `instance` label of every metric. @default - host[:port] of the url */
	readonly instance?: string;
	/** @default - no DockerRegistryDown and cache alerts */
	readonly metrics?: MetricsTarget;
}

/** A registry with every default resolved. */
export interface Registry extends RegistryProps {
	readonly plainHttp: boolean;
	readonly pathPrefix: string;
	readonly pushHost: string;
	readonly pullHosts: readonly string[];
	readonly realmHosts: readonly RealmHost[];
	readonly instance: string;
	/** host[:port] of the url. */
	readonly host: string;
	/** Name of the CronJob, its construct id and its Pushgateway job: `<name>-integrity-probe`. */
	readonly probeName: string;
	/** Name of the Secret with REG_USER and REG_PASS: `<name>-probe-credentials`. */
	readonly secretName: string;
}

export const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const HOST =
	/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?)(:\d{1,5})?$/;
const PATH_PREFIX = /^([a-z0-9]+([._-]+[a-z0-9]+)*\/)*$/;
export const IPV4 =
	/^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

function must(
	holds: boolean,
	prop: string,
	got: unknown,
	wanted: string,
): void {
	if (!holds)
		throw new Error(
			`registry.${prop}: got ${JSON.stringify(got)}, wanted ${wanted}`,
		);
}

/**
 * Resolves the defaults and validates.
 *
 * @throws Error naming prop, what it got and what it wanted.
 */
export function registry(props: RegistryProps): Registry {
	const {
		name,
		kind,
		url,
		plainHttp = false,
		pathPrefix = "",
		realmHosts = [],
	} = props;
	must(DNS_LABEL.test(name), "name", name, "a DNS label");
	must(
		REGISTRY_KINDS.includes(kind),
		"kind",
		kind,
		`one of ${REGISTRY_KINDS.join(", ")}`,
	);
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	const wanted = `an origin https://host[:port]${plainHttp ? " or http://host[:port]" : " (http:// only with plainHttp)"}`;
	must(
		parsed?.protocol === "https:" ||
			(plainHttp && parsed?.protocol === "http:"),
		"url",
		url,
		wanted,
	);
	// no path, query, user or trailing slash: the origin and nothing else
	const host = url.slice(url.indexOf("//") + 2);
	must(HOST.test(host), "url", url, wanted);
	must(
		PATH_PREFIX.test(pathPrefix),
		"pathPrefix",
		pathPrefix,
		'lower-case path components, each with a slash after it ("viktor/")',
	);
	const { pushHost = host, pullHosts = [pushHost], instance = host } = props;
	for (const [prop, hosts] of [
		["pushHost", [pushHost]],
		["pullHosts", pullHosts],
		["realmHosts", realmHosts.map((r) => r.host)],
	] as const) {
		for (const each of hosts) must(HOST.test(each), prop, each, "host[:port]");
	}
	must(pullHosts.length > 0, "pullHosts", pullHosts, "at least one host");
	for (const address of [props.address, ...realmHosts.map((r) => r.address)]) {
		if (address !== undefined)
			must(IPV4.test(address), "address", address, "an IPv4 address");
	}
	must(
		instance !== "" && !/\s/.test(instance),
		"instance",
		instance,
		"a label value without white space",
	);
	const { vault, metrics } = props;
	if (metrics) {
		must(
			HOST.test(metrics.target) && /:\d+$/.test(metrics.target),
			"metrics.target",
			metrics.target,
			"host:port",
		);
		must(
			[2, 3].includes(metrics.distribution),
			"metrics.distribution",
			metrics.distribution,
			"2 or 3",
		);
	}
	if (vault) {
		must(
			(vault.userKey === undefined) !== (vault.user === undefined),
			"vault",
			vault,
			"exactly one of userKey and user",
		);
		must(
			vault.name !== "" && vault.passwordKey !== "",
			"vault",
			vault,
			"name and passwordKey",
		);
	}
	return {
		...props,
		plainHttp,
		pathPrefix,
		pushHost,
		pullHosts,
		realmHosts,
		instance,
		host,
		probeName: `${name}-integrity-probe`,
		secretName: `${name}-probe-credentials`,
	};
}
