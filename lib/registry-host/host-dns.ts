import { IPV4 } from "../registry";
import { HOST_NAME, must } from "./must";

/** Who the VM asks for names: two files follow from it, and they agree. */
export interface HostDnsProps {
	/** Knows the internal zone. @default "10.0.20.1" */
	readonly internal?: string;
	/** Public, for when the internal one is silent. @default "94.140.14.14" */
	readonly fallback?: string;
	/** @default ["viktorbarzin.lan"] */
	readonly search?: readonly string[];
	/** Name of the network link that netplan configures. @default "eth0" */
	readonly link?: string;
	/** Asked after a change: a name that only the internal server knows. @default "idrac.viktorbarzin.lan" */
	readonly internalName?: string;
	/** Asked after a change: a name that everybody knows. @default "github.com" */
	readonly externalName?: string;
	/**
	 * Addresses (`10.0.20.10/24`) and routes of the link. Only with both is the link's whole file rendered: without them it
	 * would cut the VM off. @default - nameservers only, in a file of their own
	 */
	readonly addresses?: readonly string[];
	readonly routes?: readonly { readonly to: string; readonly via: string }[];
}

export type HostDns = Required<Omit<HostDnsProps, "addresses" | "routes">> &
	Pick<HostDnsProps, "addresses" | "routes">;

/**
 * Resolves the defaults and validates.
 *
 * @param own IPv4 address of the VM.
 * @throws Error naming prop, what it got and what it wanted.
 */
export function hostDns(props: HostDnsProps, own: string): HostDns {
	const {
		internal = "10.0.20.1",
		fallback = "94.140.14.14",
		search = ["viktorbarzin.lan"],
		link = "eth0",
		internalName = "idrac.viktorbarzin.lan",
		externalName = "github.com",
		addresses,
		routes,
	} = props;
	for (const [prop, address] of Object.entries({ internal, fallback }))
		must(IPV4.test(address), `dns.${prop}`, address, "an IPv4 address");
	must(
		internal !== fallback,
		"dns.fallback",
		fallback,
		"another server than the internal one",
	);
	for (const name of [...search, internalName, externalName])
		must(HOST_NAME.test(name), "dns", name, "a DNS name");
	must(/^[a-z][a-z0-9]{0,14}$/.test(link), "dns.link", link, "a link's name");
	must(
		(addresses?.length ?? 0) > 0 === (routes?.length ?? 0) > 0,
		"dns.routes",
		routes,
		"addresses and routes, or neither",
	);
	for (const each of addresses ?? [])
		must(isNet(each), "dns.addresses", each, "address/length (10.0.20.10/24)");
	must(
		!addresses || addresses.some((each) => each.startsWith(`${own}/`)),
		"dns.addresses",
		addresses,
		`the VM's own ${own} among them`,
	);
	for (const { to, via } of routes ?? []) {
		const isTo = to === "default" || isAddress(to) || isNet(to);
		must(isTo, "dns.routes.to", to, "default, or a network");
		must(isAddress(via), "dns.routes.via", via, "an address");
	}
	return {
		internal,
		fallback,
		search,
		link,
		internalName,
		externalName,
		addresses,
		routes,
	};
}

const IPV6 = /^(?=.*:)[0-9a-fA-F:.]{2,45}$/;

function isAddress(text: string): boolean {
	return IPV4.test(text) || IPV6.test(text);
}

/** An address, of the link or of a network, with its length. */
function isNet(text: string): boolean {
	const [, address = "", length] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
	return (
		isAddress(address) && Number(length) <= (IPV4.test(address) ? 32 : 128)
	);
}
