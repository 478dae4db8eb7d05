import { IPV4 } from "../registry";
import { CIDR, must } from "./must";

/** Networks in CIDR form that may read what is not for everybody. */
export function checkAllow(allow: readonly string[], prop: string): void {
	must(
		Array.isArray(allow) &&
			allow.length > 0 &&
			allow.every((net) => CIDR.test(net) && Number(net.split("/")[1]) >= 8),
		prop,
		allow,
		"at least one network (10.0.20.0/24), none of them everybody",
	);
	const odd = allow.find((net) => net !== networkOf(net));
	must(
		odd === undefined,
		prop,
		odd,
		`the network's own address (${networkOf(odd ?? "")})`,
	);
}

/** `10.0.20.0/24` of `10.0.20.7/24`. */
function networkOf(net: string): string {
	const [address = "", length = ""] = net.split("/");
	const octets = address.split(".").map((octet, i) => {
		const own = Math.min(8, Math.max(0, Number(length) - 8 * i));
		return Number(octet) & (0xff << (8 - own)) & 0xff;
	});
	return `${octets.join(".")}/${length}`;
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
