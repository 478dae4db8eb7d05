import { linesOf } from "./linting";

describe("metrics-public", () => {
	const metrics = (inside: string) =>
		linesOf("metrics-public", "nginx.conf", {
			"nginx.conf": `http {\nserver {\nlisten 5001;\n${inside}\n}\n}\n`,
		});

	test.each<[string, number[]]>([
		["location /metrics { proxy_pass http://10.0.0.1:5001; }", [4]],
		["location = /metrics { proxy_pass http://10.0.0.1:5001; }", [4]],
		["location / { proxy_pass http://10.0.0.1:5001; }", [4]],
		["location /v2/ { proxy_pass http://10.0.0.1:5001; }", []],
		["location /nginx_status { stub_status; }", [4]],
		[
			"allow 10.0.20.0/24; deny all;\nlocation / { proxy_pass http://10.0.0.1:5001; }",
			[],
		],
		["location /metrics { allow 10.0.20.0/24; deny all; }", []],
		["location /metrics { auth_basic x; auth_basic_user_file f; }", []],
		["location /metrics { return 404; }", []],
		["location ~ ^/(metrics|debug/vars)$ { proxy_pass http://10.0.0.1; }", [4]],
		// the first that fits decides
		["location /metrics { allow all; deny all; }", [4]],
		["location /metrics { allow 0.0.0.0/0; deny all; }", [4]],
		// the innermost block that has rules replaces those around it
		["allow 10.0.0.0/8; deny all;\nlocation /metrics { deny 10.9.9.9; }", [5]],
		["location /metrics { if ($remote_addr !~ ^10) { return 403; } }", []],
		["location /metrics { auth_request /auth; }", []],
		["ssl_verify_client on; location /metrics { root x; }", []],
		["ssl_verify_client optional; location /metrics { root x; }", [4]],
		["location /metricsdocs { root x; }", []],
		// what could not be found may say it
		["location /metrics { include snippets/allow.conf; }", []],
		// allowing some and denying nobody allows all
		["location /metrics { allow 10.0.20.0/24; }", [4]],
	])("%j", (inside, lines) => {
		expect(metrics(inside)).toEqual(lines);
	});

	test("a backend's debug port, through variables and groups", () => {
		expect(
			metrics("set $m r:5001; location / { proxy_pass http://$m; }"),
		).toEqual([4]);
		expect(
			linesOf("metrics-public", "nginx.conf", {
				"nginx.conf":
					"http {\nupstream m { server 10.0.0.1:5001; }\nserver { location / { proxy_pass http://m; } }\n}\n",
			}),
		).toEqual([3]);
	});

	const set = (ports: string, server: string, debug = ":9101") =>
		linesOf("metrics-public", "nginx.conf", {
			"c.yml": `services:\n  r:\n    image: registry:2.8.3\n    healthcheck: {test: [CMD, x]}\n    volumes: ["./r.yml:/etc/docker/registry/config.yml"]\n  nginx:\n    image: nginx:1.28.0\n    healthcheck: {test: [CMD, x]}\n    volumes: ["./nginx.conf:/etc/nginx/nginx.conf"]\n    ports: [${ports}]\n`,
			"r.yml": `version: 0.1\nstorage: {filesystem: {}}\nhttp: {addr: ":5001", debug: {addr: "${debug}"}}\n`,
			"nginx.conf": `http {\n${server}\n}\n`,
		});
	const to = (port: number) =>
		`server { listen 9000; location / { set $up r; proxy_pass http://$up:${port}; } }`;

	test("which port is the debug port the registry's configuration says", () => {
		expect(set('"9000:9000"', to(9101))).toEqual([2]);
		expect(set('"9000:9000"', to(5001))).toEqual([]);
	});

	test("what nobody outside reaches: loopback, another container", () => {
		expect(set('"127.0.0.1:9000:9000"', to(9101))).toEqual([]);
		expect(set("", to(9101))).toEqual([]);
		const status = "location /status { stub_status; }";
		expect(metrics(status)).toEqual([4]);
		expect(
			linesOf("metrics-public", "nginx.conf", {
				"nginx.conf": `http {\nserver { listen 127.0.0.1:81; ${status} }\n}\n`,
			}),
		).toEqual([]);
	});
});
