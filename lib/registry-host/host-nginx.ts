import { assertPinned, imageOf, PINS } from "../pins";
import { IPV4 } from "../registry";
import { checkFixedAddress } from "./addresses";
import { isPort, must, PATH } from "./must";
import { checkSnippet } from "./nginx-snippet";

/** The blob cache of nginx; sizes and times as nginx writes them. */
export interface BlobCache {
	/** Another one leaves the copies of before where they are: keep that of a running nginx. @default - `<folder>/registry` */
	readonly folder?: string;
	/** Memory of the keys. @default "500m" */
	readonly zone?: string;
	/** @default "50g" */
	readonly max?: string;
	/** What nobody asked for during this time goes. @default "24h" */
	readonly inactive?: string;
	/** How long a blob is served without asking the registry. @default "24h" */
	readonly valid?: string;
	/** How long others wait for the one that fetches a blob. @default "5m" */
	readonly lock?: string;
	/** Kept from this request for it on. @default 2 */
	readonly minUses?: number;
}

export interface HostNginxProps {
	/** @default - nginx:1.28.0-alpine */
	readonly image?: string;
	/** Who is asked for the services' addresses, `address[:port]`. @default "127.0.0.11", Docker's own */
	readonly resolver?: string;
	/** How long an address is believed; Docker's own records say 600 s. @default "10s" */
	readonly resolverValid?: string;
	/** Address that every server listens on. @default - all */
	readonly listen?: string;
	/** Account of the workers; `false`: that of the master. @default "nginx" */
	readonly user?: string | false;
	/** @default "/var/run/nginx.pid" */
	readonly pid?: string;
	/** @default "/dev/stderr" */
	readonly errorLog?: string;
	/** @default "/dev/stdout" */
	readonly accessLog?: string;
	/** Folder of the cache and of temporary files: the volume. @default "/var/cache/nginx" */
	readonly folder?: string;
	readonly cache?: BlobCache;
	/** Time that a registry may be silent in the middle of a request. @default "900s" */
	readonly timeout?: string;
	/** Whether nginx starts only when every registry is healthy: then one sick cache keeps every port down. @default false */
	readonly waitForHealth?: boolean;
	/** @default ["TLSv1.2", "TLSv1.3"] */
	readonly tlsProtocols?: readonly ("TLSv1.2" | "TLSv1.3")[];
	/** Time that its health check lets it start. @default "15s" */
	readonly healthStart?: string;
	/** Fixed address in the network of the host. @default - .2 */
	readonly ipv4?: string;
	/** Lines added to the end of the http block. */
	readonly snippet?: readonly string[];
}

/** nginx with every default resolved. */
export interface HostNginx extends Required<Omit<HostNginxProps, "listen">> {
	readonly listen?: string;
	readonly cache: Required<BlobCache>;
}

const SIZE = /^[1-9]\d*[kmg]?$/i;
/** Of the memory of keys: nginx knows no g there, and wants eight pages at least. */
const ZONE = /^([1-9]\d*m|([3-9]\d|[1-9]\d\d+)k)$/i;
const TIME = /^[1-9]\d*(ms|[smhd])$/;
const SECONDS = /^[1-9]\d*[smhd]$/;

/**
 * Resolves the defaults and validates.
 *
 * @param network first three octets of the network of the host.
 * @throws Error naming prop, what it got and what it wanted.
 */
export function hostNginx(props: HostNginxProps, network: string): HostNginx {
	const {
		image = imageOf(PINS.nginx),
		resolver = "127.0.0.11",
		resolverValid = "10s",
		listen,
		user = "nginx",
		pid = "/var/run/nginx.pid",
		errorLog = "/dev/stderr",
		accessLog = "/dev/stdout",
		folder = "/var/cache/nginx",
		timeout = "900s",
		waitForHealth = false,
		tlsProtocols = ["TLSv1.2", "TLSv1.3"],
		healthStart = "15s",
		ipv4 = `${network}.2`,
		snippet = [],
	} = props;
	const {
		folder: cacheFolder = `${folder}/registry`,
		zone = "500m",
		max = "50g",
		inactive = "24h",
		valid = "24h",
		lock = "5m",
		minUses = 2,
	} = props.cache ?? {};
	assertPinned(image);
	must(
		IPV4.test(resolver.replace(/:\d+$/, "")) &&
			(!resolver.includes(":") || isPort(Number(resolver.split(":")[1]))),
		"nginx.resolver",
		resolver,
		"an IPv4 address, with or without a port",
	);
	must(
		listen === undefined || IPV4.test(listen),
		"nginx.listen",
		listen,
		"an IPv4 address",
	);
	checkFixedAddress(ipv4, network, "nginx.ipv4");
	for (const [prop, path] of Object.entries({
		pid,
		errorLog,
		accessLog,
		folder,
		"cache.folder": cacheFolder,
	}))
		must(PATH.test(path), `nginx.${prop}`, path, "an absolute path");
	must(
		user === false || /^[a-z_][-a-z0-9_]*$/.test(user),
		"nginx.user",
		user,
		"the name of an account, or false",
	);
	for (const [prop, time] of Object.entries({
		timeout,
		healthStart,
		"cache.lock": lock,
	}))
		must(TIME.test(time), `nginx.${prop}`, time, "a time such as 10s or 24h");
	for (const [prop, time] of Object.entries({
		resolverValid,
		"cache.inactive": inactive,
		"cache.valid": valid,
	}))
		must(
			SECONDS.test(time),
			`nginx.${prop}`,
			time,
			"a time of whole seconds such as 10s or 24h",
		);
	must(SIZE.test(max), "nginx.cache.max", max, "a size such as 50g");
	must(
		ZONE.test(zone),
		"nginx.cache.zone",
		zone,
		"a size such as 500m, from 32k",
	);
	checkSnippet(snippet, "nginx.snippet");
	must(
		tlsProtocols.length > 0 &&
			new Set(tlsProtocols).size === tlsProtocols.length &&
			tlsProtocols.every((each) => /^TLSv1\.[23]$/.test(each)),
		"nginx.tlsProtocols",
		tlsProtocols,
		"TLSv1.2, TLSv1.3 or both",
	);
	must(
		Number.isInteger(minUses) && minUses > 0,
		"nginx.cache.minUses",
		minUses,
		"a number from 1",
	);
	return {
		image,
		resolver,
		resolverValid,
		listen,
		user,
		pid,
		errorLog,
		accessLog,
		folder,
		cache: { folder: cacheFolder, zone, max, inactive, valid, lock, minUses },
		timeout,
		waitForHealth,
		tlsProtocols,
		healthStart,
		ipv4,
		snippet,
	};
}
