import { linesOf, nginxWith, problemsOf, RESOLVER } from "./linting";

const UP = "set $up registry-private;";

describe("host-without-port", () => {
	const to = `${UP} proxy_pass http://$up:5000;`;

	test.each<[string, number[]]>([
		[to, []],
		[`${to}\nproxy_set_header Host $host;`, [8]],
		[`${to}\nproxy_set_header host \${server_name};`, [8]],
		[`${to}\nproxy_set_header Host $host:$server_port;`, []],
		[`${to}\nproxy_set_header Host registry.example:5050;`, []],
		// a header of its own: those of the server are no longer inherited
		[`${to}\nproxy_set_header X-Forwarded-Proto $scheme;`, [7]],
		// nginx does not tell case apart
		[`${to}\nproxy_set_header Host $Host;`, [8]],
		[`${to}\nset $name $host; proxy_set_header Host $name;`, [8]],
		[`${to}\nset $name $http_host; proxy_set_header Host $name;`, []],
		[`${to}\nproxy_set_header Host registry.example;`, [8]],
		// the name of the backend itself, in the world
		[
			"proxy_set_header Host ghcr.io; set $up ghcr.io; proxy_pass https://$up;",
			[],
		],
		// what is included may say it
		[`${to}\ninclude proxy_params;`, []],
	])("%j", (inside, lines) => {
		expect(
			linesOf("host-without-port", "nginx.conf", nginxWith(inside)),
		).toEqual(lines);
	});

	test("a header that several servers inherit is told once", () => {
		const two = [5000, 5010]
			.map((port) => `server { listen ${port}; location / { ${to} } }`)
			.join("\n");
		const texts = {
			"nginx.conf": `http {\n${RESOLVER}\nproxy_set_header Host $host;\n${two}\n}`,
		};
		expect(problemsOf(texts)).toEqual(["nginx.conf:3 host-without-port"]);
	});

	test("in a file that others include the port cannot be seen", () => {
		const told = (text: string) => problemsOf({ "proxy.conf": text });
		expect(told("proxy_set_header Host $host;\n")).toEqual([
			"proxy.conf:1 host-without-port?",
		]);
		expect(
			told(`location / {\n${to}\nproxy_set_header Host $host;\n}\n`),
		).toEqual(["proxy.conf:3 host-without-port?"]);
		expect(told("proxy_set_header Host $http_host;\n")).toEqual([]);
	});

	test("the scheme's own port needs no saying", () => {
		const texts = {
			"nginx.conf": `http { ${RESOLVER} server { listen 443 ssl; listen [::]:80; location / { ${to} proxy_set_header Host $host; } } }`,
		};
		expect(problemsOf(texts)).toEqual([]);
	});

	test("a map's values", () => {
		const map = (value: string) =>
			linesOf("host-without-port", "nginx.conf", {
				"nginx.conf": `http {\n${RESOLVER}\nmap $http_host $name { default ${value}; }\nserver {\nlisten 5050;\nlocation / { ${to} proxy_set_header Host $name; }\n}\n}\n`,
			});
		expect(map("$host")).toEqual([6]);
		expect(map("$http_host")).toEqual([]);
	});

	test("where no client of a registry asks, nobody is sent anywhere", () => {
		const at = (location: string) =>
			linesOf("host-without-port", "nginx.conf", {
				"nginx.conf": `http {\n${RESOLVER}\nserver {\nlisten 5050;\n${location} { ${to} }\n}\n}\n`,
			});
		for (const none of [
			"location = /healthz",
			"location /metrics",
			"location ^~ /ui/",
			"location ~ ^/(metrics|debug)$",
		])
			expect(at(none)).toEqual([]);
		for (const some of [
			"location /",
			"location /v2/",
			"location = /v2/",
			"location ~ ^/v2/.*/blobs/",
			"location @backend",
		])
			expect(at(some)).toEqual([5]);
	});

	test("the port that clients know is the published one", () => {
		const published = (ports: string, listen: string, to = "r") =>
			problemsOf({
				"c.yml": `services:\n  r:\n    image: registry:2.8.3\n    healthcheck: {test: [CMD, x]}\n  ui:\n    image: joxit/docker-registry-ui:2.5.7\n  nginx:\n    image: nginx:1.28.0\n    healthcheck: {test: [CMD, x]}\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf"]\n    ports: ["${ports}"]\n`,
				"nginx.conf": `http {\n${RESOLVER}\nserver {\nlisten ${listen};\nproxy_set_header Host $host;\nlocation / { set $up ${to}; proxy_pass http://$up; }\n}\n}\n`,
			});
		expect(published("5050:443", "443 ssl")).toEqual([
			"nginx.conf:5 host-without-port",
		]);
		expect(published("443:5050", "5050 ssl")).toEqual([]);
		// what is no registry sends nobody anywhere
		expect(published("8080:8080", "8080", "ui")).toEqual([]);
	});
});
