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

	test.each(["0", "0s", "-1h"])("ttl: %s on 3.x means never", (ttl) => {
		expect(cache(THREE, true, `, ttl: ${ttl}`)).toEqual([
			"config-r.yml:6 cache-without-eviction",
		]);
		expect(cache(THREE, true, ", ttl: 168h")).toEqual([]);
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
