import type { Distribution } from "./distribution";

/**
 * The keys of a registry's configuration, by major version, as the registry's own parser has them
 * (`configuration/configuration.go` of v2.8.3 and v3.1.1, and the drivers for what that leaves open). The registry
 * ignores a key that it does not know without a word: `ttl` of 3.x does nothing on 2.8.
 *
 * A leaf names the value's type; a list with one object is a list of such objects; `"any"` is not looked into.
 */
type Leaf = "string" | "number" | "boolean" | "duration" | "strings" | "any";
export type ConfigKeys = {
	readonly [key: string]: Leaf | ConfigKeys | readonly [ConfigKeys];
};

const HEADERS = "any";
const CHECK = {
	interval: "duration",
	threshold: "number",
} as const;
const ENDPOINT = {
	name: "string",
	disabled: "boolean",
	url: "string",
	headers: HEADERS,
	timeout: "duration",
	threshold: "number",
	backoff: "duration",
	ignoredmediatypes: "strings",
	ignore: { mediatypes: "strings", actions: "strings" },
} as const;
const MIDDLEWARE = [
	{ name: "string", disabled: "boolean", options: "any" },
] as const;

const LOG = {
	accesslog: { disabled: "boolean" },
	level: "string",
	formatter: "string",
	fields: "any",
	hooks: [
		{ disabled: "boolean", type: "string", levels: "strings", options: "any" },
	],
} as const;
const STORAGE = {
	filesystem: { rootdirectory: "string", maxthreads: "number" },
	delete: { enabled: "boolean" },
	redirect: { disable: "boolean" },
	maintenance: {
		uploadpurging: {
			enabled: "boolean",
			age: "duration",
			interval: "duration",
			dryrun: "boolean",
		},
		readonly: { enabled: "boolean" },
	},
	inmemory: "any",
	s3: "any",
	gcs: "any",
	azure: "any",
} as const;
const TLS = {
	certificate: "string",
	key: "string",
	clientcas: "strings",
	minimumtls: "string",
	ciphersuites: "strings",
} as const;
const ACME = {
	cachefile: "string",
	email: "string",
	hosts: "strings",
} as const;
const HTTP = {
	addr: "string",
	net: "string",
	host: "string",
	prefix: "string",
	secret: "string",
	relativeurls: "boolean",
	draintimeout: "duration",
	headers: HEADERS,
	debug: {
		addr: "string",
		prometheus: { enabled: "boolean", path: "string" },
	},
	http2: { disabled: "boolean" },
} as const;
const TOKEN = {
	realm: "string",
	issuer: "string",
	service: "string",
	rootcertbundle: "string",
	autoredirect: "boolean",
} as const;
const AUTH = {
	silly: { realm: "string", service: "string" },
	htpasswd: { realm: "string", path: "string" },
} as const;
const PROXY = {
	remoteurl: "string",
	username: "string",
	password: "string",
} as const;
/** 3.x reads other keys than 2.8: with `addr` and `pool` alone it says "redis not configured" and runs on without. */
const REDIS_3 = {
	addrs: "strings",
	clientname: "string",
	db: "number",
	protocol: "number",
	username: "string",
	password: "string",
	sentinelusername: "string",
	sentinelpassword: "string",
	mastername: "string",
	maxretries: "number",
	minretrybackoff: "duration",
	maxretrybackoff: "duration",
	dialtimeout: "duration",
	readtimeout: "duration",
	writetimeout: "duration",
	contexttimeoutenabled: "boolean",
	poolfifo: "boolean",
	poolsize: "number",
	pooltimeout: "duration",
	minidleconns: "number",
	maxidleconns: "number",
	maxactiveconns: "number",
	connmaxidletime: "duration",
	connmaxlifetime: "duration",
	maxredirects: "number",
	readonly: "boolean",
	routebylatency: "boolean",
	routerandomly: "boolean",
	disableidentity: "boolean",
	identitysuffix: "string",
	unstableresp3: "boolean",
	tls: { certificate: "string", key: "string", rootcas: "strings" },
} as const;
const COMMON = {
	version: "number",
	loglevel: "string",
	middleware: {
		registry: MIDDLEWARE,
		repository: MIDDLEWARE,
		storage: MIDDLEWARE,
	},
	notifications: {
		events: { includereferences: "boolean" },
		endpoints: [ENDPOINT],
	},
	health: {
		storagedriver: { enabled: "boolean", ...CHECK },
		file: [{ file: "string", ...CHECK }],
		http: [
			{
				uri: "string",
				headers: HEADERS,
				statuscode: "number",
				timeout: "duration",
				...CHECK,
			},
		],
		tcp: [{ addr: "string", timeout: "duration", ...CHECK }],
	},
	catalog: { maxentries: "number" },
	policy: { repository: { classes: "strings" } },
} as const;
const URLS = { allow: "strings", deny: "strings" } as const;

export const REGISTRY_CONFIG_KEYS = {
	2: {
		...COMMON,
		log: LOG,
		storage: {
			...STORAGE,
			cache: { blobdescriptor: "string", layerinfo: "string" },
			swift: "any",
			oss: "any",
		},
		auth: { ...AUTH, token: TOKEN },
		reporting: {
			bugsnag: {
				apikey: "string",
				releasestage: "string",
				endpoint: "string",
			},
			newrelic: { licensekey: "string", name: "string", verbose: "boolean" },
		},
		http: { ...HTTP, tls: { ...TLS, letsencrypt: ACME } },
		redis: {
			addr: "string",
			password: "string",
			db: "number",
			dialtimeout: "duration",
			readtimeout: "duration",
			writetimeout: "duration",
			pool: {
				maxidle: "number",
				maxactive: "number",
				idletimeout: "duration",
			},
		},
		proxy: PROXY,
		compatibility: {
			schema1: { signingkeyfile: "string", enabled: "boolean" },
		},
		validation: {
			enabled: "boolean",
			disabled: "boolean",
			manifests: { urls: URLS },
		},
	},
	3: {
		...COMMON,
		log: { ...LOG, reportcaller: "boolean" },
		storage: {
			...STORAGE,
			cache: {
				blobdescriptor: "string",
				layerinfo: "string",
				blobdescriptorsize: "number",
			},
			tag: { concurrencylimit: "number" },
		},
		auth: {
			...AUTH,
			token: {
				...TOKEN,
				autoredirectpath: "string",
				jwks: "string",
				signingalgorithms: "strings",
			},
		},
		http: {
			...HTTP,
			tls: {
				...TLS,
				clientauth: "string",
				letsencrypt: { ...ACME, directoryurl: "string" },
			},
			h2c: { enabled: "boolean" },
		},
		redis: REDIS_3,
		tags: { maxtags: "number" },
		proxy: {
			...PROXY,
			ttl: "duration",
			cachewritetimeout: "duration",
			exec: { command: "string", lifetime: "duration" },
		},
		validation: {
			enabled: "boolean",
			disabled: "boolean",
			manifests: {
				urls: URLS,
				indexes: {
					platforms: "string",
					platformlist: [{ architecture: "string", os: "string" }],
				},
			},
		},
	},
} as const satisfies Record<Distribution, ConfigKeys>;

interface Leaves {
	readonly string: string;
	readonly number: number;
	readonly boolean: boolean;
	/** As Go writes them (`168h`); a bare number is nanoseconds. */
	readonly duration: string;
	readonly strings: readonly string[];
	readonly any: unknown;
}
type ConfigOf<Keys, Absent> = Keys extends keyof Leaves
	? Leaves[Keys]
	: Keys extends readonly [infer Each]
		? readonly ConfigOf<Each, never>[]
		: { readonly [Key in keyof Keys]?: ConfigOf<Keys[Key], Absent> | Absent };

/** A registry's configuration; what is not a key of the major version does not compile. */
export type RegistryConfig<Major extends Distribution = Distribution> =
	ConfigOf<(typeof REGISTRY_CONFIG_KEYS)[Major], never>;

/** What is merged into a configuration; null removes a key. */
export type RegistryConfigPatch<Major extends Distribution = Distribution> =
	ConfigOf<(typeof REGISTRY_CONFIG_KEYS)[Major], null>;
