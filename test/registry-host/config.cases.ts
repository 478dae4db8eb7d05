import { parse } from "yaml";
import type { HostRegistryProps } from "../../lib/registry-host/host-registry";
import { registryConfigFile } from "../../lib/registry-host/registry-config";
import { registryConfigMistakes } from "../../lib/registry-host/registry-config-mistakes";
import { cacheOf, hostOf, PRIVATE } from "./fixture";

function config(props: Partial<HostRegistryProps>) {
	const [registry] = cacheOf(props).registries;
	if (!registry) throw new Error("no registry");
	return parse(registryConfigFile(registry).text);
}
const V3 = "registry:3.1.1";

describe("config-<name>.yml", () => {
	test("a cache: what it caches, a daily purge, no deletes on 2.8 and no memory of blobs", () => {
		const { proxy, storage } = config({});
		expect(proxy).toEqual({ remoteurl: "https://ghcr.io" });
		expect(storage).toEqual({
			filesystem: { rootdirectory: "/var/lib/registry" },
			maintenance: {
				uploadpurging: {
					enabled: true,
					age: "24h",
					interval: "24h",
					dryrun: false,
				},
			},
		});
		expect(config({ image: V3 }).storage.delete).toEqual({ enabled: true });
	});

	test("the private one: users, deletes, its purge, no memory of blobs", () => {
		const { auth, storage, proxy } = config({ name: "own", kind: "private" });
		expect(auth.htpasswd.path).toBe("/opt/registry/htpasswd");
		expect(storage).toEqual({
			filesystem: { rootdirectory: "/var/lib/registry" },
			delete: { enabled: true },
			maintenance: {
				uploadpurging: {
					enabled: true,
					age: "168h",
					interval: "4h",
					dryrun: false,
				},
			},
		});
		expect(proxy).toBeUndefined();
	});

	test("metrics: a port of their own; on 2.8 with the one cache metric that it has", () => {
		const metrics = { port: 5001, allow: ["10.0.20.0/24"] };
		const { http, storage } = config({ metrics });
		expect(http.debug).toEqual({
			addr: ":5001",
			prometheus: { enabled: true, path: "/metrics" },
		});
		expect(storage.cache).toEqual({ blobdescriptor: "inmemory" });
		expect(config({ metrics, image: V3 }).storage.cache).toBeUndefined();
	});

	test("a store where nothing is mounted is refused: it would go with its container", () => {
		const extra = { storage: { filesystem: { rootdirectory: "/else" } } };
		expect(() => config({ extra })).toThrow(
			'rootdirectory: got "/else", wanted /var/lib/registry',
		);
		expect(
			config({ extra, storage: "/else" }).storage.filesystem.rootdirectory,
		).toBe("/else");
	});

	test("extra is merged, null removes", () => {
		const { auth, log } = config({
			name: "own",
			kind: "private",
			extra: {
				log: { level: "debug" },
				auth: { htpasswd: null, silly: { realm: "r", service: "s" } },
			},
		});
		expect(auth).toEqual({ silly: { realm: "r", service: "s" } });
		expect(log).toEqual({ level: "debug", accesslog: { disabled: true } });
	});

	const undone: readonly (readonly [object, unknown, string])[] = [
		[{}, { proxy: null }, "proxy: got undefined, wanted a remoteurl"],
		[
			PRIVATE,
			{ proxy: { remoteurl: "https://x" } },
			"wanted none: it is private",
		],
		[PRIVATE, { auth: null }, "auth: got undefined, wanted one kind of login"],
		[
			PRIVATE,
			{ auth: { silly: { realm: "r", service: "s" } } },
			"wanted one kind of login",
		],
		[
			PRIVATE,
			{ auth: { htpasswd: { path: "/else" } } },
			'auth.htpasswd.path: got "/else"',
		],
		[{}, { http: { addr: ":5009" } }, 'http.addr: got ":5009", wanted :5000'],
		[{}, { http: { tls: { key: "/a" } } }, "http.tls: got"],
		[{}, { version: 0.2 }, "version: got 0.2, wanted 0.1"],
		[
			{},
			{ storage: { inmemory: {} } },
			'storage: got ["filesystem","inmemory"], wanted one driver',
		],
	];
	test.each(undone)(
		"%j: %j undoes what a prop says",
		(props, extra, message) => {
			expect(() => config({ ...props, extra: extra as never })).toThrow(
				message,
			);
		},
	);

	test("without a users file extra may say any login, or none", () => {
		const auth = { silly: { realm: "r", service: "s" } };
		const props = { ...PRIVATE, htpasswd: false as const };
		expect(config({ ...props, extra: { auth } }).auth).toEqual(auth);
		expect(config(props).auth).toBeUndefined();
	});

	const secrets: readonly (readonly [unknown, string])[] = [
		[{ proxy: { username: "u", password: "hunter2" } }, "proxy.password"],
		[{ http: { secret: "hunter2" } }, "http.secret"],
		[{ redis: { addr: "r:1", password: "hunter2" } }, "redis.password"],
		[
			{ storage: { filesystem: null, s3: { secretkey: "hunter2" } } },
			"storage.s3.secretkey",
		],
		[
			{
				notifications: {
					endpoints: [{ headers: { Authorization: ["Bearer hunter2"] } }],
				},
			},
			"notifications.endpoints.0.headers.Authorization.0",
		],
		[
			{ notifications: { endpoints: [{ url: "http://u:hunter2@x" }] } },
			"notifications.endpoints.0.url",
		],
	];
	test.each(secrets)("%j: no secret is rendered, nor told", (extra, key) => {
		const told = () => config({ extra: extra as never });
		expect(told).toThrow(
			`registryHost.registries[ghcr].extra.${key}: got "a secret", wanted none`,
		);
		expect(told).not.toThrow("hunter2");
	});

	const unknown: readonly (readonly [string, unknown, string])[] = [
		["registry:2.8.3", { proxy: { ttl: "168h" } }, "proxy.ttl"],
		[
			"registry:2.8.3",
			{ storage: { filesystem: { maxsize: "50g" } } },
			"storage.filesystem.maxsize",
		],
		[
			V3,
			{ storage: { filesystem: { maxsize: "50g" } } },
			"storage.filesystem.maxsize",
		],
		[V3, { compatibility: { schema1: { enabled: true } } }, "compatibility"],
		["registry:2.8.3", { http: { h2c: { enabled: true } } }, "http.h2c"],
		["registry:2.8.3", { storage: { toString: 1 } }, "storage.toString"],
		[
			"registry:2.8.3",
			{ storage: { filesystem: { maxthreads: "100" } } },
			"storage.filesystem.maxthreads",
		],
		[
			"registry:2.8.3",
			{ health: { storagedriver: { interval: 10 } } },
			"health.storagedriver.interval",
		],
		...["168hours", "7d", "1h 30m", "10"].map(
			(interval) =>
				[
					"registry:2.8.3",
					{ health: { storagedriver: { interval } } },
					"health.storagedriver.interval",
				] as const,
		),
		[
			"registry:2.8.3",
			{ notifications: { endpoints: [{ name: "a" }, { uri: "b" }] } },
			"notifications.endpoints[1].uri",
		],
		["registry:2.8.3", { log: "info" }, "log"],
	];
	test.each(unknown)("%s does not know %j", (image, extra, key) => {
		expect(() => config({ image, extra: extra as never })).toThrow(
			`registryHost.registries[ghcr].extra.${key}: got `,
		);
	});

	test.each(["1h30m", "1.5h", "-1s", "0", "250ms"])(
		"%s is a duration of Go's",
		(interval) => {
			const extra = { health: { storagedriver: { interval } } };
			expect(config({ extra }).health.storagedriver.interval).toBe(interval);
		},
	);

	test("3.x knows its own keys", () => {
		expect(
			config({ image: V3, extra: { proxy: { ttl: "168h" } } }).proxy.ttl,
		).toBe("168h");
	});

	test("both versions understand everything that is rendered", () => {
		for (const image of ["registry:2.8.3", V3])
			for (const registry of hostOf({
				registries: [
					{ name: "ghcr", kind: "pull-through", image },
					{ name: "own", kind: "private", image },
				],
			}).registries)
				expect(
					registryConfigMistakes(
						parse(registryConfigFile(registry).text),
						registry.distribution,
					),
				).toEqual([]);
	});
});
