import { assertPinned, imageOf, PINS } from "../pins";
import { DNS_LABEL, IPV4 } from "../registry";
import { checkAllow, checkFixedAddress } from "./addresses";
import { type HostDns, type HostDnsProps, hostDns } from "./host-dns";
import { type HealthcheckProps, hostHealthcheck } from "./host-healthcheck";
import { type HostNginx, type HostNginxProps, hostNginx } from "./host-nginx";
import {
	type HostRegistry,
	type HostRegistryProps,
	hostRegistry,
} from "./host-registry";
import { type HostUi, type HostUiProps, hostUi } from "./host-ui";
import { CIDR, HOST_NAME, isPort, must, PATH, TIME_OF_DAY } from "./must";
import { renderedSecret } from "./rendered-secret";
import { checkFolders } from "./store-folders";

/** Names that Docker Compose gives to what it makes; those of a running VM are kept by saying them. */
export interface ComposeNamesProps {
	/** @default "registry", the name of the folder */
	readonly project?: string;
	/** @default - `<project>_registry`, what compose itself calls the network `registry` */
	readonly network?: string;
	/** @default - `<project>_nginx-cache` */
	readonly cacheVolume?: string;
	/** A /24 for the fixed addresses. @default "172.31.250.0/24" */
	readonly subnet?: string;
}

/** node_exporter as a service of the bundle; its port is nginx's, so that not everybody reads it. */
export interface NodeExporterProps {
	/** Pinned; the library knows no version of it. */
	readonly image: string;
	readonly allow: readonly string[];
	/** @default 9100 */
	readonly port?: number;
	/** @default - .4 */
	readonly ipv4?: string;
}

export interface RegistryHostProps {
	/** DNS name of the VM: nodes reach it by that, never by the address. */
	readonly host: string;
	/** IPv4 address of the VM. */
	readonly address: string;
	readonly registries: readonly HostRegistryProps[];
	/** @default "/opt/registry" */
	readonly base?: string;
	/** Folder of the stores. @default - `<base>/data` */
	readonly data?: string;
	readonly compose?: ComposeNamesProps;
	readonly nginx?: HostNginxProps;
	/** `false`: none. @default - of the private registry, where there is one */
	readonly ui?: HostUiProps | false;
	/** @default - none: the VM has its own, or nobody reads the metrics */
	readonly nodeExporter?: NodeExporterProps;
	/** Folder that node_exporter reads. @default "/var/lib/node_exporter/textfile" */
	readonly textfileFolder?: string;
	readonly dns?: HostDnsProps;
	/** `HH:MM` of the daily scan of every store. @default "02:30" */
	readonly scanAt?: string;
	/** Weekday of the collections. @default "Sun" */
	readonly collectOn?: Weekday;
	readonly healthcheck?: HealthcheckProps;
	/** How long who needs the lock waits for it, in seconds: longer than any who holds it needs. @default 7200 */
	readonly lockSeconds?: number;
	/** How long starting or stopping all containers may take, in seconds. @default 300 */
	readonly composeSeconds?: number;
	/** Image that the guard runs in. @default - node:24.11.1-alpine */
	readonly guardImage?: string;
	/** Merged into docker-compose.yml; null removes a key. Secrets are refused. */
	readonly extra?: Readonly<Record<string, unknown>>;
}

export const WEEKDAYS = [
	"Mon",
	"Tue",
	"Wed",
	"Thu",
	"Fri",
	"Sat",
	"Sun",
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The VM with every default resolved. */
export interface RegistryHost {
	readonly host: string;
	readonly address: string;
	readonly registries: readonly HostRegistry[];
	readonly base: string;
	readonly data: string;
	readonly compose: Required<ComposeNamesProps>;
	readonly nginx: HostNginx;
	readonly ui?: HostUi;
	readonly nodeExporter?: Required<NodeExporterProps>;
	readonly textfileFolder: string;
	readonly dns: HostDns;
	readonly scanAt: string;
	readonly collectOn: Weekday;
	readonly healthcheck: Required<HealthcheckProps>;
	readonly lockSeconds: number;
	readonly composeSeconds: number;
	readonly guardImage: string;
	/** The guard's program on the VM: `<base>/guard.mjs`. */
	readonly guardFile: string;
	/** Held by scan, collection and config sync, one at a time: `<base>/.lock`. */
	readonly lockFile: string;
	readonly extra: Readonly<Record<string, unknown>>;
}

/**
 * The VM that the registries run on: everything on it follows from this.
 *
 * @throws Error naming prop, what it got and what it wanted.
 */
export function registryHost(props: RegistryHostProps): RegistryHost {
	const {
		host,
		address,
		base = "/opt/registry",
		data = `${base}/data`,
		textfileFolder = "/var/lib/node_exporter/textfile",
		scanAt = "02:30",
		collectOn = "Sun",
		lockSeconds = 7200,
		composeSeconds = 300,
		guardImage = imageOf(PINS.node),
		extra = {},
	} = props;
	must(
		HOST_NAME.test(host) && !IPV4.test(host),
		"host",
		host,
		"a DNS name: an address changes",
	);
	must(IPV4.test(address), "address", address, "an IPv4 address");
	for (const [prop, path] of Object.entries({ base, data, textfileFolder }))
		must(PATH.test(path), prop, path, "an absolute path");
	must(TIME_OF_DAY.test(scanAt), "scanAt", scanAt, "HH:MM");
	must(
		WEEKDAYS.includes(collectOn),
		"collectOn",
		collectOn,
		`one of ${WEEKDAYS.join(", ")}`,
	);
	for (const [prop, seconds] of Object.entries({ lockSeconds, composeSeconds }))
		must(
			Number.isInteger(seconds) && seconds > 0,
			prop,
			seconds,
			"whole seconds",
		);
	assertPinned(guardImage);
	const compose = composeNames(props.compose ?? {});
	const network = compose.subnet.replace(/\.\d+\/24$/, "");
	const nginx = hostNginx(props.nginx ?? {}, network);
	must(
		props.registries?.length > 0,
		"registries",
		props.registries,
		"at least one",
	);
	must(
		!address.startsWith(`${network}.`),
		"compose.subnet",
		compose.subnet,
		`another network than that of ${address}: the VM would be cut off from it`,
	);
	const namesake = props.registries.find(({ kind }) => kind === "private");
	const registries = props.registries.map((each) =>
		hostRegistry(each, {
			host,
			base,
			data,
			network,
			isNamesake: each === namesake,
		}),
	);
	const ui = hostUi(props.ui ?? {}, registries, network);
	const nodeExporter = exporter(props.nodeExporter, network);
	must(
		new Set(registries.map(({ name }) => name)).size === registries.length,
		"registries",
		registries.map(({ name }) => name),
		"names of their own",
	);
	distinct("port", [
		...registries.flatMap(({ name, port, metrics }): Owner[] => [
			[name, port],
			...(metrics ? [[`${name} metrics`, metrics.port] as const] : []),
		]),
		...(ui ? [["ui", ui.port] as const] : []),
		...(nodeExporter ? [["nodeExporter", nodeExporter.port] as const] : []),
	]);
	distinct("ipv4", [
		["nginx", nginx.ipv4],
		...registries.map(({ name, ipv4 }) => [name, ipv4] as const),
		...(ui ? [["ui", ui.ipv4] as const] : []),
		...(nodeExporter ? [["nodeExporter", nodeExporter.ipv4] as const] : []),
	]);
	distinct(
		"data",
		registries.map(({ name, data }) => [name, data]),
	);
	checkFolders(base, registries);
	distinct(
		"pullHost",
		registries.flatMap(({ name, pullHosts }) =>
			[...new Set(pullHosts)].map((each): Owner => [name, each]),
		),
	);
	const secret = renderedSecret(extra);
	must(
		secret === undefined,
		`extra.${secret}`,
		"a secret",
		"none in a file that is rendered: a variable, or an env_file on the VM",
	);
	return {
		host,
		address,
		registries,
		base,
		data,
		compose,
		nginx,
		ui,
		nodeExporter,
		textfileFolder,
		dns: hostDns(props.dns ?? {}, address),
		scanAt,
		collectOn,
		healthcheck: hostHealthcheck(props.healthcheck ?? {}),
		lockSeconds,
		composeSeconds,
		guardImage,
		guardFile: `${base}/guard.mjs`,
		lockFile: `${base}/.lock`,
		extra,
	};
}

type Owner = readonly [owner: string, value: string | number];

/** Two that want the same port, address or folder. */
function distinct(prop: string, owners: readonly Owner[]): void {
	const taken = new Map<string | number, string>();
	for (const [owner, value] of owners) {
		const other = taken.get(value);
		must(
			other === undefined,
			"registries",
			{ [prop]: value },
			`a ${prop} for each: ${other} and ${owner} want the same`,
		);
		taken.set(value, owner);
	}
}

function composeNames(props: ComposeNamesProps): Required<ComposeNamesProps> {
	const { project = "registry", subnet = "172.31.250.0/24" } = props;
	const {
		network = `${project}_registry`,
		cacheVolume = `${project}_nginx-cache`,
	} = props;
	must(DNS_LABEL.test(project), "compose.project", project, "a DNS label");
	for (const [prop, name] of Object.entries({ network, cacheVolume }))
		must(
			/^[a-z0-9][-a-z0-9_.]*$/.test(name),
			`compose.${prop}`,
			name,
			"a name of Docker",
		);
	must(
		CIDR.test(subnet) && subnet.endsWith(".0/24"),
		"compose.subnet",
		subnet,
		"a network of 256 addresses (172.31.250.0/24)",
	);
	return { project, network, cacheVolume, subnet };
}

function exporter(
	props: NodeExporterProps | undefined,
	network: string,
): RegistryHost["nodeExporter"] {
	if (!props) return undefined;
	const { image, allow, port = 9100, ipv4 = `${network}.4` } = props;
	assertPinned(image);
	checkAllow(allow, "nodeExporter.allow");
	must(isPort(port), "nodeExporter.port", port, "a port");
	checkFixedAddress(ipv4, network, "nodeExporter.ipv4");
	return { image, allow, port, ipv4 };
}
