import { renderYaml } from "../yaml";
import type { HostDns } from "./host-dns";
import { GENERATED, type HostFile, vmFile } from "./host-file";

/** What the network link asks, in a file of its own. */
export const NETPLAN_FILE = "/etc/netplan/90-registry-dns.yaml";
/** What cloud-init made: addresses and routes. */
const LINK_FILE = "/etc/netplan/50-cloud-init.yaml";
/** What systemd-resolved asks where a link says nothing. */
export const RESOLVED_FILE =
	"/etc/systemd/resolved.conf.d/10-internal-dns.conf";

/**
 * The DNS files of the VM: netplan's and resolved's say the same, because both follow from one model. netplan joins the
 * lists of all its files, so nameservers stand in one of them alone; the link's own file is only rendered where the
 * model knows its addresses and routes.
 */
export function dnsFiles(dns: HostDns): readonly HostFile[] {
	const { internal, fallback, search, link, addresses, routes } = dns;
	const isWhole = addresses !== undefined && routes !== undefined;
	return [
		...(isWhole ? [netplanFile(LINK_FILE, link, { addresses, routes })] : []),
		netplanFile(NETPLAN_FILE, link, {
			nameservers: { addresses: [internal, fallback], search },
		}),
		vmFile(
			RESOLVED_FILE,
			`# ${GENERATED}\n[Resolve]\nDNS=${internal}\nFallbackDNS=${fallback}\nDomains=${search.join(" ")}\n`,
		),
	];
}

function netplanFile(path: string, link: string, settings: object): HostFile {
	return vmFile(
		path,
		renderYaml({ network: { version: 2, ethernets: { [link]: settings } } }, [
			GENERATED,
		]),
	);
}
