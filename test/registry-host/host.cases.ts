import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import type { RegistryHostProps } from "../../lib/registry-host/registry-host";
import { CACHES, cacheOf, hostOf, PRIVATE } from "./fixture";

describe("the model of the VM", () => {
	test("the contract is what nothing is said about", () => {
		const { registries, ui, base, scanAt, collectOn } = hostOf();
		expect(
			registries.map(({ service, port, collectAt, image, upstream, tls }) => [
				service,
				port,
				collectAt,
				image,
				upstream?.url ?? "private",
				tls !== false,
			]),
		).toEqual([
			[
				"registry-dockerhub",
				5000,
				"03:00",
				"registry:2.8.3",
				"https://registry-1.docker.io",
				false,
			],
			[
				"registry-ghcr",
				5010,
				"03:05",
				"registry:2.8.3",
				"https://ghcr.io",
				false,
			],
			[
				"registry-quay",
				5020,
				"03:10",
				"registry:2.8.3",
				"https://quay.io",
				false,
			],
			[
				"registry-k8s",
				5030,
				"03:15",
				"registry:2.8.3",
				"https://registry.k8s.io",
				false,
			],
			[
				"registry-kyverno",
				5040,
				"03:20",
				"registry:2.8.3",
				"https://reg.kyverno.io",
				false,
			],
			["registry-private", 5050, "03:25", "registry:2.8.3", "private", true],
		]);
		expect([ui?.port, ui?.registry.name]).toEqual([8080, "private"]);
		expect([base, scanAt, collectOn]).toEqual([
			"/opt/registry",
			"02:30",
			"Sun",
		]);
	});

	test("an address follows from the port, so it stays when another registry goes", () => {
		const all = hostOf().registries;
		for (const gone of all) {
			const rest = hostOf({
				registries: [...CACHES, PRIVATE].filter(
					({ name }) => name !== gone.name,
				),
			}).registries;
			expect(rest).toEqual(all.filter((each) => each !== gone));
		}
	});

	test("of two private registries the first is meant by the VM's bare name", () => {
		const { registries } = hostOf({
			registries: [PRIVATE, { name: "other", kind: "private", port: 5060 }],
		});
		expect(registries.map(({ pullHosts }) => pullHosts)).toEqual([
			["registry.example", "registry.example:5050"],
			["registry.example:5060"],
		]);
	});

	test("without a private registry there is no page, unless one is named", () => {
		expect(hostOf({ registries: CACHES }).ui).toBeUndefined();
		expect(hostOf({ ui: false }).ui).toBeUndefined();
		expect(hostOf({ ui: { registry: "ghcr" } }).ui?.tls).toBe(false);
	});

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
			[{ pullHosts: ["a/b"] }, "registryHost.registries[ghcr].pullHosts"],
		];
	test.each(wrongCache)("a registry with %j is refused", (props, message) => {
		expect(() => cacheOf(props)).toThrow(message);
	});
});
