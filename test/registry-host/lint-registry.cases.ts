import { linesOf, problemsOf, reasonsOf } from "./linting";

/** A registry of this image with this configuration. */
const registry = (image: string, config: string, more = "") => ({
	"docker-compose.yml": `services:
  r:
    image: ${image}
    healthcheck: {test: [CMD, x]}
    volumes: ["./config-r.yml:/etc/docker/registry/config.yml:ro"]
${more}`,
	"config-r.yml": `version: 0.1\n${config}`,
});
const TWO = "registry:2.8.3";
const THREE = "registry:3.1.1";

describe("unknown-config-key", () => {
	const keys = (image: string, config: string) =>
		reasonsOf("unknown-config-key", registry(image, config));
	const TTL = "proxy: {remoteurl: https://x, ttl: 168h}\n";

	test.each<[string, string, string[]]>([
		[TWO, TTL, ["got proxy.ttl, which registry 2.x does not know"]],
		[THREE, TTL, []],
		["registry:2", TTL, ["got proxy.ttl, which registry 2.x does not know"]],
		[
			TWO,
			"storage: {filesystem: {rootdirectory: /d, maxsize: 50GB}}\n",
			["got storage.filesystem.maxsize, which registry 2.x does not know"],
		],
		[
			THREE,
			"storage: {filesystem: {maxsize: 50GB}}\n",
			["got storage.filesystem.maxsize, which registry 3.x does not know"],
		],
		[
			TWO,
			"storage: {inmemory: {}, tag: {concurrencylimit: 2}}\n",
			["got storage.tag, which registry 2.x does not know"],
		],
		[
			THREE,
			"storage: {inmemory: {}}\nreporting: {newrelic: {name: x}}\n",
			["got reporting, which registry 3.x does not know"],
		],
		[
			THREE,
			"storage: {inmemory: {}}\nredis: {addr: x, pool: {maxidle: 1}}\n",
			[
				"got redis.addr, which registry 3.x does not know",
				"got redis.pool, which registry 3.x does not know",
			],
		],
		[
			TWO,
			"storage: {inmemory: {}}\nredis: {addrs: [x]}\n",
			["got redis.addrs, which registry 2.x does not know"],
		],
		// keys of no version's own choice
		[TWO, "storage: {s3: {whatever: 1}}\nhttp: {headers: {X-Any: [a]}}\n", []],
		[
			TWO,
			"storage: {inmemory: {}}\nnotifications: {endpoints: [{name: a}, {urll: b}]}\n",
			["got notifications.endpoints.1.urll, which registry 2.x does not know"],
		],
		[
			TWO,
			"storage: {}\nStorage: {}\n",
			["got Storage, which registry 2.x does not know"],
		],
	])("%s %j", (image, config, reasons) => {
		expect(keys(image, config)).toEqual(reasons);
	});

	test("without its compose file the version is not known, and that is said", () => {
		const alone = {
			"c.yml": `version: 0.1\nstorage: {inmemory: {}}\n${TTL}bogus: 1\n`,
		};
		expect(reasonsOf("unknown-config-key", alone)).toEqual([
			"got proxy.ttl, which registry 2.x does not know; which one it is cannot be seen without its compose file",
			"got bogus, which no registry knows, 2.8 or 3.x",
		]);
		expect(
			problemsOf(alone).filter((each) => each.includes("unknown-config-key")),
		).toEqual(["c.yml:3 unknown-config-key?", "c.yml:4 unknown-config-key"]);
	});
});

describe("unknown-config-key, as a variable", () => {
	const told = (image: string, ...variables: string[]) =>
		linesOf("unknown-config-key", "docker-compose.yml", {
			...registry(
				image,
				"storage: {filesystem: {}}\n",
				`    environment:\n${variables.map((each) => `      - ${each}\n`).join("")}`,
			),
		});

	test("one that no key of the version has", () => {
		expect(told(TWO, "REGISTRY_PROXY_TTL=168h")).toEqual([7]);
		expect(told(THREE, "REGISTRY_PROXY_TTL=168h")).toEqual([]);
		expect(
			told(TWO, "TZ=UTC", "REGISTRY_STORAGE_FILESYSTEM_MAXSIZE=50GB"),
		).toEqual([8]);
		expect(told(THREE, "REGISTRY_COMPATIBILITY_SCHEMA1_ENABLED=true")).toEqual([
			7,
		]);
	});

	test("what is a key, or stands below an open one", () => {
		expect(
			told(
				TWO,
				"REGISTRY_AUTH=htpasswd",
				"REGISTRY_AUTH_HTPASSWD_PATH=/a",
				"REGISTRY_STORAGE_S3_ACCESSKEY=x",
				"REGISTRY_LOG_FIELDS_SERVICE=r",
				"REGISTRY_HTTP_HEADERS_X-CONTENT=x",
				"REGISTRY_HTTP_TLS_CLIENTCAS_0=/ca",
				"REGISTRY_NOTIFICATIONS_ENDPOINTS_0_NAME=x",
				"REGISTRY_CONFIGURATION_PATH=/c.yml",
				"REGISTRY_NOTIFICATIONS_EVENTCONFIG_INCLUDEREFERENCES=true",
				"OTEL_TRACES_EXPORTER=none",
			),
		).toEqual([]);
	});
});

describe("which file a registry reads", () => {
	const OLD = "compatibility: {schema1: {enabled: true}}\n";
	const config = (more = "") =>
		`version: 0.1\nstorage: {filesystem: {}}\n${more}`;
	const service = (name: string, image: string, lines: string) =>
		`  ${name}:\n    image: ${image}\n    healthcheck: {test: [CMD, x]}\n    ${lines}\n`;

	test("of two of the same name, the one of that folder", () => {
		const texts = (folder: string) => ({
			"docker-compose.yml": `services:\n${service("a", TWO, 'volumes: ["./a/config.yml:/etc/docker/registry/config.yml"]')}${service("b", THREE, 'volumes: ["./b/config.yml:/etc/distribution/config.yml:ro"]')}`,
			"a/config.yml": config(folder === "a" ? OLD : ""),
			"b/config.yml": config(folder === "b" ? OLD : ""),
		});
		expect(problemsOf(texts("a"))).toEqual([]);
		expect(problemsOf(texts("b"))).toEqual([
			"b/config.yml:3 unknown-config-key",
		]);
	});

	test.each([
		'volumes: ["./b:/etc/distribution"]',
		'volumes: ["./b/:/etc/distribution/:ro"]',
		`volumes: ["\${BASE:-/opt/registry}/b/config.yml:/etc/distribution/config.yml:ro"]`,
		"volumes: [{type: bind, source: ./b/config.yml, target: /etc/distribution/config.yml}]",
		"configs: [{source: c, target: /etc/distribution/config.yml}]",
	])("%s", (lines) => {
		expect(
			problemsOf({
				"docker-compose.yml": `services:\n${service("b", THREE, lines)}configs: {c: {file: ./b/config.yml}}\n`,
				"b/config.yml": config(OLD),
			}),
		).toEqual(["b/config.yml:3 unknown-config-key"]);
	});
});

describe("a cache", () => {
	const CACHE = "proxy: {remoteurl: https://x}\n";
	const cache = (image: string, deletes: boolean, more = "") =>
		problemsOf(
			registry(
				image,
				`storage:\n  filesystem: {rootdirectory: /d}\n${deletes ? "  delete:\n    enabled: true\n" : ""}${CACHE.replace("}", `${more}}`)}`,
			),
		);

	test("proxy-with-delete on 2.8, where expiry takes shared blobs away; on 3.x expiry needs it", () => {
		expect(cache(TWO, true)).toEqual(["config-r.yml:5 proxy-with-delete"]);
		expect(cache(THREE, true)).toEqual([]);
	});

	test("on 3.x too where it remembers blobs", () => {
		const texts = registry(
			THREE,
			`storage:\n  filesystem: {}\n  delete: {enabled: true}\n  cache: {blobdescriptor: inmemory}\n${CACHE}`,
		);
		expect(problemsOf(texts)).toEqual(["config-r.yml:4 proxy-with-delete"]);
	});

	test("cache-without-eviction: who may not delete keeps all", () => {
		for (const image of [TWO, THREE])
			expect(cache(image, false)).toEqual([
				"config-r.yml:4 cache-without-eviction?",
			]);
	});

	test.each(["0", "0s", "0h0m", "-1h"])("ttl: %s on 3.x means never", (ttl) => {
		expect(cache(THREE, true, `, ttl: ${ttl}`)).toEqual([
			"config-r.yml:6 cache-without-eviction",
		]);
		expect(cache(THREE, true, ", ttl: 168h")).toEqual([]);
		expect(cache(THREE, true, ", ttl: 0.5h")).toEqual([]);
	});

	test("variables of the service beat the file", () => {
		const texts = registry(
			TWO,
			"storage: {filesystem: {}}\n",
			"    environment:\n      REGISTRY_PROXY_REMOTEURL: https://x\n      REGISTRY_STORAGE_DELETE_ENABLED: 'true'\n",
		);
		expect(problemsOf(texts)).toEqual([
			"docker-compose.yml:8 proxy-with-delete",
		]);
	});
});

describe("metrics-public", () => {
	const DEBUG =
		"storage: {filesystem: {}}\nhttp:\n  addr: :5000\n  debug:\n    addr: :5001\n";
	const published = (ports: string, config = DEBUG) =>
		linesOf(
			"metrics-public",
			"docker-compose.yml",
			registry(TWO, config, `    ports: [${ports}]\n`),
		);

	test("published to everybody, on an address, on this machine, not at all", () => {
		expect(published('"5001:5001"')).toEqual([6]);
		expect(published('"9101:5001"')).toEqual([6]);
		expect(published('"10.0.20.10:5001:5001"')).toEqual([6]);
		expect(published('"127.0.0.1:5001:5001"')).toEqual([]);
		expect(
			published('{target: 5001, published: "5001", host_ip: "::1"}'),
		).toEqual([]);
		expect(published('"5000:5000"')).toEqual([]);
		expect(published('"5000-5001:5000-5001"')).toEqual([6]);
		expect(published('"5001"')).toEqual([6]);
		expect(published(`"\${P}:5001"`)).toEqual([6]);
		expect(published(`"\${BIND:-127.0.0.1}:5001:5001"`)).toEqual([]);
		// the container's own loopback is not what Docker publishes
		expect(
			published('"5001:5001"', DEBUG.replace(":5001", "localhost:5001")),
		).toEqual([]);
	});

	test("on the host's own network it needs no publishing", () => {
		const own = (address: string) =>
			problemsOf({
				"c.yml": `services:\n  r:\n    image: registry:2.8.3\n    healthcheck: {test: [CMD, x]}\n    network_mode: host\n    environment: [REGISTRY_HTTP_DEBUG_ADDR=${address}]\n`,
			});
		expect(own(":5001")).toEqual(["c.yml:6 metrics-public"]);
		expect(own("127.0.0.1:5001")).toEqual([]);
	});

	test("alone: who reaches it cannot be seen", () => {
		expect(problemsOf({ "c.yml": `version: 0.1\n${DEBUG}` })).toEqual([
			"c.yml:6 metrics-public?",
		]);
		expect(
			problemsOf({
				"c.yml": `version: 0.1\n${DEBUG.replace(":5001", "127.0.0.1:5001")}`,
			}),
		).toEqual([]);
	});
});
