import type {
	NetworkPolicyV1Spec,
	NetworkPolicyV1SpecEgress,
} from "@cdktf/provider-kubernetes/lib/network-policy-v1";
import type { PodPeer } from "../registry";
import type { Endpoint } from "./endpoints";
import { literal } from "./literal";
import type { ApiServer } from "./probe-props";

const KUBE_DNS: PodPeer = {
	namespace: "kube-system",
	labels: { "k8s-app": "kube-dns" },
	port: 53,
};

/**
 * A probe's pods talk to DNS and their endpoints, and nobody talks to them.
 *
 * @throws Error for an endpoint of which neither address nor pods are known: NetworkPolicy has no host names.
 */
export function networkPolicySpec(props: {
	readonly podLabels: Record<string, string>;
	readonly endpoints: readonly Endpoint[];
	readonly dns?: PodPeer;
	readonly apiServer?: ApiServer;
}): NetworkPolicyV1Spec {
	const { dns = KUBE_DNS, apiServer } = props;
	return {
		podSelector: { matchLabels: props.podLabels },
		// an ingress block without rules would mean everybody: leaving it out means nobody
		policyTypes: ["Ingress", "Egress"],
		egress: [
			toPods(dns, "dns", ["UDP", "TCP"]),
			...props.endpoints.flatMap(toEndpoint),
			...(apiServer ? [toCidr(apiServer)] : []),
		],
	};
}

function toEndpoint(endpoint: Endpoint): NetworkPolicyV1SpecEgress[] {
	const { prop, hostname, address, selector, port } = endpoint;
	if (address === undefined && selector === undefined) {
		throw new Error(
			`${prop}: got neither address nor selector for ${hostname}, wanted one of them for the NetworkPolicy (or networkPolicy: false)`,
		);
	}
	return [
		...(address === undefined
			? []
			: [toCidr({ cidr: singleHost(address), port })]),
		...(selector ? [toPods(selector, `${prop}.selector`)] : []),
	];
}

function singleHost(address: string): string {
	return address.startsWith("[")
		? `${address.slice(1, -1)}/128`
		: `${address}/32`;
}

function toCidr({ cidr, port }: ApiServer): NetworkPolicyV1SpecEgress {
	if (!/^[0-9a-fA-F.:]+\/\d{1,3}$/.test(cidr)) {
		throw new Error(
			`apiServer.cidr: got ${JSON.stringify(cidr)}, wanted an address with a prefix length (10.0.20.100/32)`,
		);
	}
	return {
		to: [{ ipBlock: { cidr } }],
		ports: [{ protocol: "TCP", port: checkedPort(port, "apiServer.port") }],
	};
}

function toPods(
	{ namespace, labels, port }: PodPeer,
	prop: string,
	protocols: readonly string[] = ["TCP"],
): NetworkPolicyV1SpecEgress {
	if (Object.keys(labels).length === 0) {
		throw new Error(
			`${prop}.labels: got none, wanted at least one: none would select every pod of ${namespace}`,
		);
	}
	const checked = checkedPort(port, `${prop}.port`);
	return {
		to: [
			{
				namespaceSelector: {
					matchLabels: { "kubernetes.io/metadata.name": namespace },
				},
				podSelector: { matchLabels: literal({ ...labels }, `${prop}.labels`) },
			},
		],
		ports: protocols.map((protocol) => ({ protocol, port: checked })),
	};
}

function checkedPort(port: number, prop: string): string {
	if (!Number.isInteger(port) || port < 1 || port > 65_535) {
		throw new Error(`${prop}: got ${port}, wanted an integer from 1 to 65535`);
	}
	return String(port);
}
