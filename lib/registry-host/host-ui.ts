import { assertPinned, imageOf, PINS } from "../pins";
import { checkAllow, checkFixedAddress } from "./addresses";
import type { HostRegistry, HostTls } from "./host-registry";
import { isPort, must } from "./must";

/** The web page that lists a registry: it can look and nothing else. */
export interface HostUiProps {
	/** Name of the registry that it lists. @default - the private one */
	readonly registry?: string;
	/** @default - joxit/docker-registry-ui:2.5.7 */
	readonly image?: string;
	/** Published port. @default 8080 */
	readonly port?: number;
	/** Port inside. @default 80 */
	readonly backendPort?: number;
	/** @default - .3 */
	readonly ipv4?: string;
	/** TLS of its port: people type the registry's password there. @default - that of its registry */
	readonly tls?: HostTls | false;
	/** Networks that may open it. @default - all: it can look only, and asks for the registry's login */
	readonly allow?: readonly string[];
}

/** The page with every default resolved. */
export interface HostUi extends Required<Omit<HostUiProps, "registry">> {
	readonly registry: HostRegistry;
}

/**
 * Resolves the defaults and validates; undefined where no registry has a page.
 *
 * @param network first three octets of the network of the host.
 * @throws Error naming prop, what it got and what it wanted.
 */
export function hostUi(
	props: HostUiProps | false,
	registries: readonly HostRegistry[],
	network: string,
): HostUi | undefined {
	if (props === false) return undefined;
	const wanted = props.registry;
	const registry = registries.find(({ name, kind }) =>
		wanted === undefined ? kind === "private" : name === wanted,
	);
	must(
		registry || wanted === undefined,
		"ui.registry",
		wanted,
		`one of ${registries.map(({ name }) => name).join(", ")}`,
	);
	if (!registry) return undefined;
	const {
		image = imageOf(PINS.registryUi),
		port = 8080,
		backendPort = 80,
		ipv4 = `${network}.3`,
		tls = registry.tls,
		allow = [],
	} = props;
	assertPinned(image);
	must(isPort(port), "ui.port", port, "a port");
	must(isPort(backendPort), "ui.backendPort", backendPort, "a port");
	checkFixedAddress(ipv4, network, "ui.ipv4");
	if (allow.length > 0) checkAllow(allow, "ui.allow");
	return { registry, image, port, backendPort, ipv4, tls, allow };
}
