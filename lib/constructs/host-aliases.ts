import { type Endpoint, isAddress } from "./endpoints";

/**
 * Names that the pods must find at a given address, so that TLS is verified against the name: one entry an address.
 *
 * @throws Error if one name has two addresses.
 */
export function hostAliases(
	endpoints: readonly Endpoint[],
): { ip: string; hostnames: string[] }[] {
	const addresses = new Map<string, string>();
	for (const { prop, hostname, address } of endpoints) {
		if (address === undefined || isAddress(hostname)) continue;
		const known = addresses.get(hostname);
		if (known !== undefined && known !== address) {
			throw new Error(
				`${prop}.address: got ${address}, wanted ${known} as elsewhere for ${hostname}`,
			);
		}
		addresses.set(hostname, address);
	}
	return [...new Set(addresses.values())].map((ip) => ({
		ip,
		hostnames: [...addresses.keys()].filter(
			(hostname) => addresses.get(hostname) === ip,
		),
	}));
}
