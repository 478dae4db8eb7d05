import { linesOf, problemsOf, reasonsOf } from "./linting";

const HEALTHY = "healthcheck: {test: [CMD, x]}";
const compose = (nginxPorts: string, registryPorts = "") => `
services:
  registry-a:
    image: registry:2.8.3
    ${HEALTHY}
    volumes: ["./config-a.yml:/etc/docker/registry/config.yml:ro"]
    ports: [${registryPorts}]
  nginx:
    image: nginx:1.28.0-alpine
    ${HEALTHY}
    volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"]
    ports: [${nginxPorts}]
`;
const CONFIG = "version: 0.1\nstorage: {filesystem: {}}\nhttp: {addr: :5000}\n";
const nginx = (to: string, listen = "5000") =>
	`http {\nresolver 127.0.0.11 valid=10s;\nserver {\nlisten ${listen};\nproxy_set_header Host $http_host;\nlocation / { set $up ${to}; proxy_pass http://$up:5000; }\n}\n}\n`;
const set = (
	nginxPorts: string,
	config = nginx("registry-a"),
	registryPorts = "",
) => ({
	"docker-compose.yml": compose(nginxPorts, registryPorts),
	"nginx.conf": config,
	"config-a.yml": CONFIG,
});

describe("port-without-backend", () => {
	test("every published port of nginx has a server", () => {
		expect(problemsOf(set('"5000:5000"'))).toEqual([]);
		expect(problemsOf(set('"5050:5000"'))).toEqual([]);
		expect(
			reasonsOf("port-without-backend", set('"5000:5000", "5020:5020"')),
		).toEqual([
			"nginx: got port 5020 published to 5020, where nothing listens",
		]);
		expect(problemsOf(set('"5000-5001:5000-5001"'))).toEqual([
			"docker-compose.yml:11 port-without-backend",
		]);
	});

	test.each<[string, boolean]>([
		["10.0.20.10:5000", true],
		["[::]:5000", true],
		["*:5000", true],
		["5000 default_server", true],
		["4990-5010", true],
		["4990-4999", false],
		// a template's
		["$PORT", true],
		// as a host of the tests has it
		["127.0.0.1:5000", true],
		["localhost:5000", true],
	])("listen %s: %s", (listen, listens) => {
		expect(problemsOf(set('"5000:5000"', nginx("registry-a", listen)))).toEqual(
			listens ? [] : ["docker-compose.yml:11 port-without-backend"],
		);
	});

	test("other images of that name are not nginx", () => {
		const texts = set('"5000:5000"');
		const more = `  exporter:\n    image: nginx/nginx-prometheus-exporter:1.3.0\n    ${HEALTHY}\n    ports: ["9113:9113"]\n`;
		expect(
			problemsOf({
				...texts,
				"docker-compose.yml": `${texts["docker-compose.yml"]}${more}`,
			}),
		).toEqual([]);
	});

	test("what nginx connects to is a service, on the port where it listens", () => {
		expect(problemsOf(set('"5000:5000"', nginx("registry-b")))).toEqual([
			"nginx.conf:6 port-without-backend",
		]);
		const elsewhere = {
			...set('"5000:5000"'),
			"config-a.yml": CONFIG.replace(":5000", ":5005"),
		};
		expect(reasonsOf("port-without-backend", elsewhere)).toEqual([
			"got port 5000 of registry-a, which listens on 5005",
		]);
	});

	test("a service goes by its aliases too", () => {
		const texts = set('"5000:5000"', nginx("priv"));
		expect(problemsOf(texts)).toEqual(["nginx.conf:6 port-without-backend"]);
		const aliased = texts["docker-compose.yml"].replace(
			"  nginx:",
			"    networks: {registry: {aliases: [priv]}}\n  nginx:",
		);
		expect(problemsOf({ ...texts, "docker-compose.yml": aliased })).toEqual([]);
	});

	test("a variable may hold the port, or all of it", () => {
		const to = (value: string, pass: string) => ({
			...set('"5000:5000"'),
			"nginx.conf": nginx("x").replace(
				/set \$up.*;/,
				`set $to ${value}; proxy_pass ${pass};`,
			),
		});
		for (const [value, pass] of [
			["registry-a:5000", "http://$to"],
			["http://registry-a:5000", "$to"],
		] as const) {
			expect(problemsOf(to(value, pass))).toEqual([]);
			expect(problemsOf(to(value.replace("-a", "-b"), pass))).toEqual([
				"nginx.conf:6 port-without-backend",
			]);
		}
	});

	test("a registry's own ports", () => {
		const own = (ports: string) =>
			linesOf(
				"port-without-backend",
				"docker-compose.yml",
				set('"5000:5000"', undefined, ports),
			);
		expect(own('"5005:5000"')).toEqual([]);
		// nothing in its configuration listens there
		expect(own('"5001:5001"')).toEqual([6]);
	});

	test("a registry without a configuration of its own listens on 5000", () => {
		const own = (lines: string) =>
			linesOf("port-without-backend", "c.yml", {
				"c.yml": `services:\n  r:\n    image: registry:2.8.3\n    ${HEALTHY}\n    ports: ["5009:5009"]\n${lines}`,
			});
		expect(own("")).toEqual([5]);
		expect(own("    environment: [REGISTRY_HTTP_ADDR=:5009]\n")).toEqual([]);
		for (const host of ["127.0.0.1", "localhost"])
			expect(
				own(`    environment: [REGISTRY_HTTP_ADDR=${host}:5009]\n`),
			).toEqual([5]);
		// files that are not among those of the set
		expect(own('    command: ["serve", "/c.yml"]\n')).toEqual([]);
		expect(
			own("    volumes: [./c.yml:/etc/docker/registry/config.yml]\n"),
		).toEqual([]);
	});

	test("a user interface listens on 80, or where it is told to", () => {
		const ui = (lines: string) =>
			linesOf("port-without-backend", "c.yml", {
				"c.yml": `services:\n  ui:\n    image: joxit/docker-registry-ui:2.5.7\n    ${HEALTHY}\n${lines}`,
			});
		expect(ui('    ports: ["8080:80"]\n')).toEqual([]);
		expect(ui('    ports: ["8080:8080"]\n')).toEqual([5]);
		const mount = "    volumes: [./n.conf:/etc/nginx/conf.d/default.conf]\n";
		expect(ui(`    ports: ["443:443"]\n${mount}`)).toEqual([]);
		for (const [listen, lines] of [
			["443 ssl", []],
			["80", [5]],
		] as const)
			expect(
				linesOf("port-without-backend", "c.yml", {
					"c.yml": `services:\n  ui:\n    image: joxit/docker-registry-ui:2.5.7\n    ${HEALTHY}\n    ports: ["443:443"]\n${mount}`,
					"n.conf": `server { listen ${listen}; }\n`,
				}),
			).toEqual(lines);
		expect(
			ui(
				'    environment: [NGINX_LISTEN_PORT=8080]\n    ports: ["8080:8080"]\n',
			),
		).toEqual([]);
	});

	test("one port twice: the second service does not start", () => {
		expect(
			reasonsOf(
				"port-without-backend",
				set('"5000:5000"', undefined, '"5000:5000"'),
			),
		).toEqual(["nginx: got port 5000, which registry-a publishes already"]);
	});

	test("what only a profile starts may have the port of another", () => {
		const told = (profiles: string) =>
			problemsOf({
				"c.yml": `services:\n  a: {image: a/b:1.2.3, ${HEALTHY}, ports: ["80:80"]}\n  b: {image: a/b:1.2.3, ${HEALTHY}, ports: ["80:80"]${profiles}}\n`,
			});
		expect(told("")).toEqual(["c.yml:3 port-without-backend"]);
		expect(told(", profiles: [dev]")).toEqual([]);
	});

	test.each<[string, string, boolean]>([
		["53:53/tcp", "53:53/udp", false],
		["8080:80", "0.0.0.0:8080:80", true],
		["10.0.20.10:8080:80", "8080:80", true],
		["0.0.0.0:8080:80", "10.0.20.10:8080:80", true],
		["127.0.0.1:8080:80", "10.0.20.10:8080:80", false],
		["0.0.0.0:8080:80", "[::]:8080:80", false],
		["80", "80", false],
		[`\${A}:80`, `\${B}:80`, false],
		[`\${A:-8080}:80`, "8080:81", true],
		// Compose takes what is said twice as one
		[`\${A:-8080}:80`, "8080:80", false],
	])("%s and %s: %s", (first, second, meet) => {
		const texts = {
			"c.yml": `services:\n  a:\n    image: a/b:1.2.3\n    ${HEALTHY}\n    ports: ["${first}", "${second}"]\n`,
		};
		expect(linesOf("port-without-backend", "c.yml", texts)).toEqual(
			meet ? [5] : [],
		);
	});

	test("a folder of configurations: all that lie in it listen", () => {
		const told = (source: string, port: string) =>
			problemsOf({
				"c.yml": compose(`"${port}"`).replace(
					"./nginx.conf:/etc/nginx/nginx.conf",
					source,
				),
				"conf.d/a.conf": "server { listen 5000; }\n",
				"conf.d/b.conf": "server { listen 5010; }\n",
				"other/c.conf": "server { listen 5020; }\n",
			});
		for (const source of [
			"./conf.d:/etc/nginx/conf.d",
			"/opt/r/conf.d/:/etc/nginx/conf.d/",
		]) {
			expect(told(source, "80:5010")).toEqual([]);
			expect(told(source, "80:5020")).toEqual([
				"c.yml:11 port-without-backend",
			]);
		}
		// whose it is cannot be seen
		expect(told("./x.d:/etc/nginx/conf.d", "80:5020")).toEqual([]);
	});

	test("a container in the network of another listens on its ports", () => {
		const told = (network: string, image = "joxit/docker-registry-ui:2.5.7") =>
			problemsOf({
				"c.yml": `services:\n  r:\n    image: registry:2.8.3\n    container_name: reg\n    ${HEALTHY}\n    ports: ["5000:5000", "80:80"]\n  ui: {image: "${image}", network_mode: "${network}"}\n`,
			});
		expect(told("service:r")).toEqual([]);
		expect(told("container:reg")).toEqual([]);
		expect(told("service:r", "a/b:1.2.3")).toEqual([]);
		for (const other of ["bridge", "service:x"])
			expect(told(other)).toEqual(["c.yml:6 port-without-backend"]);
	});

	test("a port that Docker or a variable chooses wants a listener too", () => {
		for (const port of ['"5020"', `"\${P}:5020"`, '"127.0.0.1::5020"'])
			expect(reasonsOf("port-without-backend", set(port))).toEqual([
				"nginx: got port of any number published to 5020, where nothing listens",
			]);
	});

	test("links and extra hosts are names too", () => {
		const texts = set('"5000:5000"', nginx("priv"));
		for (const lines of [
			"links: ['registry-a:priv']",
			"extra_hosts: ['priv:10.0.0.1']",
			"extra_hosts: {priv: 10.0.0.1}",
		])
			expect(
				problemsOf({
					...texts,
					"docker-compose.yml": `${texts["docker-compose.yml"]}    ${lines}\n`,
				}),
			).toEqual([]);
	});

	test("what cannot be seen is not judged: includes, no configuration, other images", () => {
		const including = nginx("registry-a").replace(
			"server {",
			"include conf.d/*.conf;\nserver {",
		);
		expect(problemsOf(set('"5020:5020"', including))).toEqual([
			"nginx.conf:3 include-not-followed?",
		]);
		expect(
			problemsOf({ "docker-compose.yml": compose('"5020:5020"') }),
		).toEqual([]);
	});
});
