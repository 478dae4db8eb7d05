import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import type { RegistryHostProps } from "../../lib/registry-host/registry-host";
import { CACHES, cacheOf, hostOf, PRIVATE } from "./fixture";

const NET = ["10.0.20.10/24", "fd00::10/64"];
const ROUTE = { to: "default", via: "10.0.20.1" };

describe("what the model of the VM refuses: prop, got, wanted", () => {
	const wrong: readonly (readonly [Partial<RegistryHostProps>, string])[] = [
		[
			{ host: "10.0.20.10" },
			'registryHost.host: got "10.0.20.10", wanted a DNS name',
		],
		[
			{ address: "registry" },
			'registryHost.address: got "registry", wanted an IPv4 address',
		],
		[{ base: "opt" }, 'registryHost.base: got "opt", wanted an absolute path'],
		[{ base: "/opt/a b" }, "wanted an absolute path"],
		[{ base: "/opt/../etc" }, "wanted an absolute path"],
		[{ host: "registry..example" }, "wanted a DNS name"],
		[
			{ registries: [PRIVATE, { ...PRIVATE, name: "ui", port: 5060 }] },
			"none of nginx, ui, node-exporter",
		],
		[
			{
				registries: [
					PRIVATE,
					{ ...CACHES[0], pullHosts: ["registry.example"] },
				] as never,
			},
			"a pullHost for each: private and dockerhub",
		],
		[{ base: "/opt/#{TfToken[1]}" }, "wanted an absolute path"],
		[
			{ registries: [] },
			"registryHost.registries: got [], wanted at least one",
		],
		[{ registries: [PRIVATE, PRIVATE] }, "wanted names of their own"],
		[
			{ registries: [PRIVATE, { ...PRIVATE, name: "other" }] },
			"private and other want the same",
		],
		[
			{ registries: [...CACHES, { ...PRIVATE, port: 5010 }] },
			"a port for each: ghcr and private want the same",
		],
		[
			{ registries: [...CACHES, { ...PRIVATE, ipv4: "172.31.250.2" }] },
			"a ipv4 for each: nginx and private",
		],
		[
			{
				registries: [
					...CACHES,
					{ ...PRIVATE, data: "/opt/registry/data/ghcr" },
				],
			},
			"a data for each: ghcr and private",
		],
		[{ nginx: { ipv4: "172.31.250.1" } }, "registryHost.nginx.ipv4"],
		[{ ui: { ipv4: "10.0.0.3" } }, "registryHost.ui.ipv4"],
		[{ ui: { port: 5000 } }, "dockerhub and ui want the same"],
		[
			{ ui: { registry: "nobody" } },
			'registryHost.ui.registry: got "nobody", wanted one of dockerhub',
		],
		[{ ui: { allow: ["0.0.0.0/0"] } }, "none of them everybody"],
		[{ scanAt: "2:30" }, 'registryHost.scanAt: got "2:30", wanted HH:MM'],
		[{ guardImage: "node:24" }, "wanted an exact version tag"],
		[{ nginx: { image: "nginx:alpine" } }, "wanted an exact version tag"],
		[{ nginx: { resolver: "dns" } }, "registryHost.nginx.resolver"],
		[{ nginx: { timeout: "15 minutes" } }, "registryHost.nginx.timeout"],
		[{ nginx: { cache: { max: "a lot" } } }, "registryHost.nginx.cache.max"],
		[{ nginx: { cache: { minUses: 0 } } }, "registryHost.nginx.cache.minUses"],
		[{ nginx: { user: "a; include /etc/passwd" } }, "registryHost.nginx.user"],
		[
			{ nodeExporter: { image: "node-exporter", allow: ["10.0.0.0/8"] } },
			"wanted an exact version tag",
		],
		[
			{ nodeExporter: { image: "node-exporter:1.9.1", allow: [] } },
			"registryHost.nodeExporter.allow",
		],
		[{ compose: { subnet: "172.31.0.0/16" } }, "registryHost.compose.subnet"],
		[{ compose: { subnet: "10.0.20.0/24" } }, "the VM would be cut off"],
		[
			{ healthcheck: { interval: "often" } },
			"registryHost.healthcheck.interval",
		],
		[{ healthcheck: { retries: 0 } }, "registryHost.healthcheck.retries"],
		[{ lockSeconds: 0 }, "registryHost.lockSeconds: got 0"],
		[{ nginx: { tlsProtocols: [] } }, "registryHost.nginx.tlsProtocols"],
		[
			{ nginx: { cache: { folder: "blobs" } } },
			"registryHost.nginx.cache.folder",
		],
		[
			{ dns: { fallback: "10.0.20.1" } },
			"another server than the internal one",
		],
		[
			{ dns: { addresses: ["10.0.20.10/24"] } },
			"addresses and routes, or neither",
		],
		[{ registries: undefined as never }, "registryHost.registries"],
		[{ host: "a.-b.example" }, "wanted a DNS name"],
		[{ host: `${"a".repeat(64)}.example` }, "wanted a DNS name"],
		[
			{
				registries: [PRIVATE, { ...CACHES[0], data: "/opt/registry/data" }],
			} as never,
			"a folder of its own: that of private is in it",
		],
		[
			{ registries: [{ ...PRIVATE, data: "/opt/registry" }] },
			"a folder of its own: /opt/registry is in it",
		],
		[
			{
				registries: [
					{ ...PRIVATE, tls: { certificate: "/etc/a.pem", key: "/b.pem" } },
				],
			},
			"a file in a folder for certificates",
		],
		[
			{
				extra: { services: { x: { environment: { X_PASSWORD: "hunter2" } } } },
			},
			"registryHost.extra.services.x.environment.X_PASSWORD: got",
		],
		[
			{ extra: { services: { x: { environment: ["X_TOKEN=hunter2"] } } } },
			"registryHost.extra.services.x.environment.0: got",
		],
		[
			{ nginx: { resolver: "127.0.0.11:99999" } },
			"registryHost.nginx.resolver",
		],
		[{ nginx: { resolverValid: "500ms" } }, "a time of whole seconds"],
		[{ nginx: { timeout: "0s" } }, "registryHost.nginx.timeout"],
		[{ nginx: { cache: { zone: "1g" } } }, "registryHost.nginx.cache.zone"],
		[{ nginx: { cache: { zone: "8k" } } }, "registryHost.nginx.cache.zone"],
		[{ nginx: { cache: { valid: "1ms" } } }, "registryHost.nginx.cache.valid"],
		[
			{ nginx: { tlsProtocols: ["TLSv1.2", "TLSv1.2"] } },
			"registryHost.nginx.tlsProtocols",
		],
		[
			{ nginx: { snippet: ["} server { listen 9;"] } },
			"registryHost.nginx.snippet",
		],
		[{ nginx: { snippet: ["limit_rate 1m"] } }, "without ; at its end"],
		[{ nginx: { snippet: "limit_rate 1m;" as never } }, "a list of lines"],
		[{ healthcheck: { interval: "0s" } }, "registryHost.healthcheck.interval"],
		[
			{ ui: { allow: ["10.0.20.7/24"] } },
			"wanted the network's own address (10.0.20.0/24)",
		],
		[{ ui: { allow: ["0.0.0.0/1", "128.0.0.0/1"] } }, "none of them everybody"],
		[
			{ dns: { addresses: ["10.0.20.10"], routes: [ROUTE] } },
			'registryHost.dns.addresses: got "10.0.20.10"',
		],
		[
			{ dns: { addresses: ["10.0.20.11/24"], routes: [ROUTE] } },
			"the VM's own 10.0.20.10 among them",
		],
		[
			{ dns: { addresses: NET, routes: [{ to: "there", via: "10.0.20.1" }] } },
			'registryHost.dns.routes.to: got "there"',
		],
		[
			{ dns: { addresses: NET, routes: [{ to: "default", via: "gw" }] } },
			'registryHost.dns.routes.via: got "gw"',
		],
	];
	test.each(wrong)("%j is refused", (props, message) => {
		expect(() => hostOf(props)).toThrow(message);
	});

	const wrongCache: readonly (readonly [Partial<HostRegistryProps>, string])[] =
		[
			[
				{ name: "Ghcr" },
				'registryHost.registries.name: got "Ghcr", wanted a DNS label',
			],
			[{ name: "own" }, "registryHost.registries[own].port: got undefined"],
			[
				{ name: "own", port: 5060 },
				"registryHost.registries[own].upstream.host",
			],
			[{ port: 70000 }, "registryHost.registries[ghcr].port: got 70000"],
			[{ image: "registry:2" }, "wanted an exact version tag"],
			[
				{ image: `registry@sha256:${"0".repeat(64)}` },
				"registryHost.registries[ghcr].distribution",
			],
			[
				{ upstream: { url: "ftp://ghcr.io" } },
				"registryHost.registries[ghcr].upstream.url",
			],
			[
				{ upstream: { url: "https://user:pass@ghcr.io" } },
				"registryHost.registries[ghcr].upstream.url",
			],
			[
				{
					upstream: {
						url: "http://ghcr.io",
						login: { name: "infra", user: "me", passwordKey: "key" },
					},
				},
				"https: a login is sent there",
			],
			[{ htpasswd: "/opt/registry/htpasswd" }, "a cache knows no users"],
			[
				{ ipv4: "172.31.250.240" },
				"an address from 172.31.250.2 to 172.31.250.239",
			],
			[{ listen: "5000" }, "registryHost.registries[ghcr].listen"],
			[
				{ metrics: { port: 5001, allow: ["0.0.0.0/0"] } },
				"none of them everybody",
			],
			[
				{ metrics: { port: 5000, allow: ["10.0.20.0/24"] } },
				"another port than the registry's own",
			],
			[{ collectAt: "Sunday" }, "registryHost.registries[ghcr].collectAt"],
			[
				{ kind: "private", cacheBlobs: true },
				"a private registry's blobs without a login",
			],
			[
				{ kind: "private", upstream: { host: "ghcr.io" } },
				"none: it is private",
			],
			[{ pullHosts: ["a.example:99999"] }, "registries[ghcr].pullHosts"],
			// a service is registry-<name>, and a label in its names
			[{ name: "a".repeat(55), port: 5060 }, "54 characters at most"],
			[
				{ distribution: 3 },
				"registries[ghcr].distribution: got 3, wanted 2 or 3, where the image's tag does not say it",
			],
			[
				{ purge: { age: "7d", interval: "4h" } },
				'registries[ghcr].purge.age: got "7d"',
			],
			[
				{ users: { name: "v", user: "u", passwordKey: "p" } },
				"none: it has no users file",
			],
			[
				{ upstream: { login: { name: "v", passwordKey: "p" } } },
				"registries[ghcr].upstream.login: got {}, wanted exactly one of userKey and user",
			],
			[
				{
					upstream: { login: { name: "v", user: "a\nB=1", passwordKey: "p" } },
				},
				"registries[ghcr].upstream.login.user",
			],
			[
				{ upstream: { login: { name: "v;x", user: "a", passwordKey: "p" } } },
				"registries[ghcr].upstream.login.name",
			],
			[
				{ nginxSnippet: ['proxy_set_header Authorization "Basic aHVudGVy";'] },
				"registries[ghcr].nginxSnippet: got",
			],
			[{ pullHosts: ["a/b"] }, "registryHost.registries[ghcr].pullHosts"],
		];
	test.each(wrongCache)("a registry with %j is refused", (props, message) => {
		expect(() => cacheOf(props)).toThrow(message);
	});
});
