import type { PodPeer, Registry } from "../registry";
import type { Pushgateway } from "./probe-props";

/** A place that a probe talks to. */
export interface Endpoint {
	/** The prop that names it, for errors. */
	readonly prop: string;
	readonly hostname: string;
	/** Of the host, or the host itself if it is one. */
	readonly address: string | undefined;
	readonly selector: PodPeer | undefined;
	/** As in the url; a selector brings its own. */
	readonly port: number;
}

const IPV4 = /^(\d{1,3}\.){3}\d{1,3}$/;

/** @throws Error for a Pushgateway url that is none, or that carries credentials. */
export function endpointsOf(
	registry: Registry,
	pushgateway: Pushgateway,
	namespace: string,
): Endpoint[] {
	return [
		endpoint("registry", registry.url, registry),
		...registry.realmHosts.map((realm, i) =>
			endpoint(`registry.realmHosts[${i}]`, `https://${realm.host}`, realm),
		),
		endpoint("pushgateway", checkedUrl(pushgateway.url), {
			address: pushgateway.address,
			selector: pushgateway.selector ?? defaultSelector(pushgateway, namespace),
		}),
	];
}

function endpoint(
	prop: string,
	url: string,
	where: { readonly address?: string; readonly selector?: PodPeer },
): Endpoint {
	const { hostname, port, protocol } = new URL(url);
	return {
		prop,
		hostname,
		address: where.address ?? (isAddress(hostname) ? hostname : undefined),
		selector: where.selector,
		port: Number(port) || (protocol === "http:" ? 80 : 443),
	};
}

export function isAddress(hostname: string): boolean {
	return IPV4.test(hostname) || hostname.startsWith("[");
}

function checkedUrl(url: string): string {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	if (parsed?.username || parsed?.password) {
		throw new Error(
			"pushgateway.url: got one with credentials, wanted one without: it stands in the CronJob in clear",
		);
	}
	if (!parsed || !PUSHGATEWAY_URL.test(url)) {
		throw new Error(
			`pushgateway.url: got ${JSON.stringify(url)}, wanted http(s)://host[:port][/prefix], without /metrics and query`,
		);
	}
	return url;
}

const PUSHGATEWAY_URL =
	/^https?:\/\/[^/?#\s]+(?!.*\/metrics(\/|$))(\/[^?#\s]*)?$/i;

/** Names of a Service as pods write them: `name`, `name.namespace`, with `.svc` and the cluster's domain or without. */
const SERVICE = /^[a-z0-9-]+(\.(?<namespace>[a-z0-9-]+)(\.svc(\..+)?)?)?$/;

/** The pods of the prometheus-community chart, in the namespace that a Service's name says, else in the probe's own. */
function defaultSelector(
	{ url, address }: Pushgateway,
	namespace: string,
): PodPeer | undefined {
	const service = SERVICE.exec(new URL(url).hostname);
	if (address !== undefined || !service) return undefined;
	return {
		namespace: service.groups?.namespace ?? namespace,
		labels: { "app.kubernetes.io/name": "prometheus-pushgateway" },
		port: 9091,
	};
}
