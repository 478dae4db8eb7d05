import { assertPinned, imageOf, PINS } from "../pins";
import { DNS_LABEL, IPV4, type VaultCredentials } from "../registry";
import { checkAllow, checkFixedAddress } from "./addresses";
import { type Distribution, distributionOf } from "./distribution";
import { HOST_NAME, isOrigin, isPort, must, PATH, TIME_OF_DAY } from "./must";
import { checkSnippet } from "./nginx-snippet";
import { checkPullHosts } from "./pull-hosts";
import type { RegistryConfigPatch } from "./registry-config-keys";
import { checkPurge, UPLOAD_PURGE, type UploadPurge } from "./upload-purge";
import { checkVaultLogin } from "./vault-login";
import {
	OTHER_COLLECT_AT,
	PRIVATE_COLLECT_AT,
	PRIVATE_PORT,
	TAKEN_NAMES,
	WELL_KNOWN,
} from "./well-known";

/** A `pull-through` cache of another registry, or a `private` one that is pushed to. */
export type HostRegistryKind = "pull-through" | "private";

/** What a cache pulls from. */
export interface Upstream {
	/** Host as references name it (`docker.io`). @default - that of the well-known name */
	readonly host?: string;
	/** Origin, `https://host[:port]`; `http://` only without a login. @default - that of the well-known name */
	readonly url?: string;
	/** Who logs in there: user and password become an environment file on the VM. @default - anonymous */
	readonly login?: VaultCredentials;
}

/** A registry's own metrics, published for those who may read them. */
export interface HostMetrics {
	/** Published port (5001), and the port inside. */
	readonly port: number;
	/** Networks that may read it (`10.0.20.0/24`); nobody else can. */
	readonly allow: readonly string[];
}

/** Where a certificate lies, on the VM and at the same path in nginx; the files come from elsewhere. */
export interface HostTls {
	readonly certificate: string;
	readonly key: string;
}

export interface HostRegistryProps {
	/** DNS label: the service is `registry-<name>`, its config `config-<name>.yml`, its data `data/<name>`. */
	readonly name: string;
	readonly kind: HostRegistryKind;
	/** Published port. @default - that of the well-known name; 5050 of a private registry */
	readonly port?: number;
	/** @default - registry:2.8.3 */
	readonly image?: string;
	/** Only for an image whose tag does not say it. @default - from the tag */
	readonly distribution?: Distribution;
	/** pull-through only. */
	readonly upstream?: Upstream;
	/** Fixed address in the network of the host. @default - follows from the port */
	readonly ipv4?: string;
	/** Address and port it listens on inside (`http.addr`). @default ":5000" */
	readonly listen?: string;
	/** Folder of its store as the registry sees it. @default "/var/lib/registry" */
	readonly storage?: string;
	/** Folder of its store on the VM. @default - `<base>/data/<name>` */
	readonly data?: string;
	/** @default - not published */
	readonly metrics?: HostMetrics;
	/** TLS of its port; `false`: plain http. @default - private: `<base>/tls/{fullchain,privkey}.pem`; pull-through: false */
	readonly tls?: HostTls | false;
	/** Users file, on the VM and at the same path in the registry; `false`: everybody may push and pull. @default - private: `<base>/htpasswd`; pull-through: false */
	readonly htpasswd?: string | false;
	/** Where in Vault the one user of the users file lives. @default - the file is made by hand */
	readonly users?: VaultCredentials;
	/** Hosts that references to it name on the nodes (`registry.viktorbarzin.me`, without the port). @default - pull-through: the upstream's host; private: the VM's name with the port, and the first private one's without it too */
	readonly pullHosts?: readonly string[];
	/** `HH:MM` of the weekly collection on Sunday; `false`: never. @default - of the well-known name, 03:25 of a private one, else 03:30 */
	readonly collectAt?: string | false;
	/** Whether nginx keeps its blobs. @default - pull-through: true; a private registry's never are: they would be served without a login */
	readonly cacheBlobs?: boolean;
	/** Uploads that were begun and never ended. @default - private: 168h, every 4h; pull-through: 24h, every 24h */
	readonly purge?: UploadPurge;
	/** Merged into the registry's config; null removes a key. Refused: unknown keys, what a prop says for other files too, secrets. */
	readonly extra?: RegistryConfigPatch;
	/** Lines added to the end of its nginx server. */
	readonly nginxSnippet?: readonly string[];
}

/** A registry of the VM with every default resolved. */
export interface HostRegistry
	extends Omit<HostRegistryProps, "upstream" | "distribution"> {
	/** `registry-<name>`: service, container and name in the network. */
	readonly service: string;
	readonly port: number;
	readonly image: string;
	readonly distribution: Distribution;
	/** Of a pull-through cache, only and always. */
	readonly upstream?: Upstream & {
		readonly host: string;
		readonly url: string;
	};
	/** Fixed address of the service. */
	readonly ipv4: string;
	readonly listen: string;
	/** Port of `listen`: what nginx connects to. */
	readonly backendPort: number;
	readonly storage: string;
	readonly data: string;
	readonly tls: HostTls | false;
	readonly htpasswd: string | false;
	/** Environment file with the upstream's login; of a cache with `upstream.login` only. */
	readonly loginFile?: string;
	/** Config on the VM: `<base>/config-<name>.yml`. */
	readonly configFile: string;
	/** `http://name:port` or `https://...`: how clients reach it through nginx. */
	readonly origin: string;
	readonly pullHosts: readonly string[];
	readonly collectAt: string | false;
	readonly cacheBlobs: boolean;
	readonly purge: UploadPurge;
}

/** What of the host its registries follow from. */
export interface HostPlace {
	/** Name of the VM. */
	readonly host: string;
	readonly base: string;
	readonly data: string;
	/** First three octets of the network of the host. */
	readonly network: string;
	/** Whether references to the VM's bare name mean this one. */
	readonly isNamesake: boolean;
}

/**
 * Resolves the defaults of one registry and validates it.
 *
 * @throws Error naming prop, what it got and what it wanted.
 */
export function hostRegistry(
	props: HostRegistryProps,
	place: HostPlace,
): HostRegistry {
	const { name, kind } = props;
	must(
		DNS_LABEL.test(`registry-${name}`) &&
			DNS_LABEL.test(name) &&
			!TAKEN_NAMES.includes(name),
		"registries.name",
		name,
		`a DNS label of 54 characters at most, none of ${TAKEN_NAMES.join(", ")}: those containers are not registries`,
	);
	const check = (holds: unknown, prop: string, got: unknown, wanted: string) =>
		must(holds, `registries[${name}].${prop}`, got, wanted);
	const isPrivate = kind === "private";
	check(
		isPrivate || kind === "pull-through",
		"kind",
		kind,
		"pull-through or private",
	);
	const known = isPrivate ? undefined : WELL_KNOWN[name];
	const {
		port = isPrivate ? PRIVATE_PORT : known?.port,
		image = imageOf(PINS.registry),
		distribution = distributionOf(image),
		listen = ":5000",
		storage = "/var/lib/registry",
		data = `${place.data}/${name}`,
		tls = isPrivate && {
			certificate: `${place.base}/tls/fullchain.pem`,
			key: `${place.base}/tls/privkey.pem`,
		},
		htpasswd = isPrivate && `${place.base}/htpasswd`,
		collectAt = isPrivate
			? PRIVATE_COLLECT_AT
			: (known?.collectAt ?? OTHER_COLLECT_AT),
		cacheBlobs = !isPrivate,
		purge = UPLOAD_PURGE[kind],
		metrics,
	} = props;
	check(isPort(port), "port", port, "a port between 1 and 65535");
	assertPinned(image);
	check(
		(distribution === 2 || distribution === 3) &&
			distribution === (distributionOf(image) ?? distribution),
		"distribution",
		distribution ?? image,
		`2 or 3, where the image's tag does not say it (${image})`,
	);
	const [, address = "", backend = ""] = /^(.*):(\d+)$/.exec(listen) ?? [];
	check(
		isPort(Number(backend)) && (address === "" || IPV4.test(address)),
		"listen",
		listen,
		"[address]:port",
	);
	const upstream = isPrivate
		? undefined
		: { host: known?.host, url: known?.url, ...props.upstream };
	if (upstream) {
		check(
			HOST_NAME.test(upstream.host ?? ""),
			"upstream.host",
			upstream.host,
			"the host that references name (docker.io)",
		);
		check(
			isOrigin(upstream.url),
			"upstream.url",
			upstream.url,
			"an origin https://host[:port]",
		);
		check(
			!upstream.login || upstream.url?.startsWith("https:"),
			"upstream.url",
			upstream.url,
			"https: a login is sent there",
		);
		check(!htpasswd, "htpasswd", htpasswd, "none: a cache knows no users");
	} else
		check(!props.upstream, "upstream", props.upstream, "none: it is private");
	check(
		!(isPrivate && cacheBlobs),
		"cacheBlobs",
		cacheBlobs,
		"false: nginx would serve a private registry's blobs without a login",
	);
	const ipv4 = props.ipv4 ?? `${place.network}.${10 + (Number(port) % 230)}`;
	checkFixedAddress(ipv4, place.network, `registries[${name}].ipv4`);
	for (const [prop, path] of [
		["storage", storage],
		["data", data],
		...(htpasswd ? ([["htpasswd", htpasswd]] as const) : []),
		...(tls
			? ([
					["tls.certificate", tls.certificate],
					["tls.key", tls.key],
				] as const)
			: []),
	] as const)
		check(PATH.test(path), prop, path, "an absolute path");
	check(
		collectAt === false || TIME_OF_DAY.test(collectAt),
		"collectAt",
		collectAt,
		"HH:MM, or false",
	);
	if (metrics) {
		check(isPort(metrics.port), "metrics.port", metrics.port, "a port");
		check(
			metrics.port !== Number(backend),
			"metrics.port",
			metrics.port,
			"another port than the registry's own",
		);
		checkAllow(metrics.allow, `registries[${name}].metrics.allow`);
	}
	const pullHosts = checkPullHosts(
		props.pullHosts ??
			(upstream?.host
				? [upstream.host]
				: [...(place.isNamesake ? [place.host] : []), `${place.host}:${port}`]),
		`registries[${name}].pullHosts`,
	);
	if (props.users) {
		check(htpasswd, "users", props.users, "none: it has no users file");
		checkVaultLogin(props.users, `registries[${name}].users`);
	}
	if (upstream?.login)
		checkVaultLogin(upstream.login, `registries[${name}].upstream.login`);
	checkPurge(purge, `registries[${name}].purge`);
	checkSnippet(props.nginxSnippet, `registries[${name}].nginxSnippet`);
	const { upstream: _, distribution: __, ...rest } = props;
	return {
		...rest,
		service: `registry-${name}`,
		port: Number(port),
		image,
		distribution: distribution as Distribution,
		...(upstream && {
			upstream: upstream as HostRegistry["upstream"],
		}),
		...(upstream?.login && {
			loginFile: `${place.base}/secrets/${name}.env`,
		}),
		ipv4,
		listen,
		backendPort: Number(backend),
		storage,
		data,
		tls,
		htpasswd,
		configFile: `${place.base}/config-${name}.yml`,
		origin: `${tls ? "https" : "http"}://${place.host}:${port}`,
		pullHosts,
		collectAt,
		cacheBlobs,
		purge,
	};
}
