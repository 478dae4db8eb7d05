import { IPV4 } from "../registry";
import { CIDR, must } from "./must";

/** Networks in CIDR form that may read what is not for everybody. */
export function checkAllow(allow: readonly string[], prop: string): void {
	must(
		Array.isArray(allow) &&
			allow.length > 0 &&
			allow.every((net) => CIDR.test(net) && !net.endsWith("/0")),
		prop,
		allow,
		"at least one network (10.0.20.0/24), none of them everybody",
	);
}

/** .1 is the network's gateway, and from .240 on Docker gives addresses to those that have none of their own. */
export function checkFixedAddress(
	ipv4: string,
	network: string,
	prop: string,
): void {
	const last = Number(ipv4.slice(network.length + 1));
	must(
		IPV4.test(ipv4) &&
			ipv4.startsWith(`${network}.`) &&
			last >= 2 &&
			last < 240,
		prop,
		ipv4,
		`an address from ${network}.2 to ${network}.239`,
	);
}
