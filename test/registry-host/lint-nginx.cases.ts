import { linesOf, problemsOf, reasonsOf } from "./linting";

const CACHE =
	"proxy_cache_path /c keys_zone=blobs:500m max_size=50g inactive=24h;";
const RESOLVER = "resolver 127.0.0.11 valid=10s ipv6=off;";
/** A server on 5050 whose location holds these lines. */
const server = (inside: string, outside = RESOLVER) => ({
	"nginx.conf": `http {
${outside}
server {
listen 5050 ssl;
proxy_set_header Host $http_host;
location / {
${inside}
}
}
}
`,
});
const UP = "set $up registry-private;";

describe("static-upstream", () => {
	test.each<[string, string, number[]]>([
		["a name in a variable", `${UP} proxy_pass http://$up:5000;`, []],
		["braces", `${UP} proxy_pass http://\${up}:5000;`, []],
		[
			"a name with its port in a variable",
			"set $to registry-private:5000; proxy_pass http://$to;",
			[],
		],
		[
			"all of it in a variable",
			'set $to "http://registry-private:5000"; proxy_pass $to;',
			[],
		],
		["an address", "proxy_pass http://10.0.20.10:5000;", []],
		["an IPv6 address", "proxy_pass http://[fd00::1]:5000;", []],
		["this machine", "proxy_pass http://localhost:5000;", []],
		["a socket", "proxy_pass http://unix:/run/r.sock:/;", []],
		["a literal name", "proxy_pass http://registry-private:5000;", [7]],
		["with TLS, in upper case", "proxy_pass HTTPS://Registry:5000;", [7]],
		["with a URI", "proxy_pass http://registry-private:5000/v2/;", [7]],
		["a URI behind a variable", `${UP} proxy_pass http://$up:5000/v2/;`, [7]],
		[
			"the request's own URI behind a variable",
			`${UP} proxy_pass http://$up:5000$request_uri;`,
			[],
		],
	])("%s", (_, inside, lines) => {
		expect(linesOf("static-upstream", "nginx.conf", server(inside))).toEqual(
			lines,
		);
	});

	test("one literal anywhere defeats the variable of the same name and port: both lines are named", () => {
		const texts = {
			"nginx.conf": `http {
${RESOLVER}
server { location / { ${UP} proxy_pass http://$up:5000; } }
server { location /other { proxy_pass http://registry-private:5000; } }
server { location /third { proxy_pass http://registry-private:5001; } }
}`,
		};
		expect(reasonsOf("static-upstream", texts)).toEqual([
			"got the literal name registry-private, which nginx resolves once, and which defeats the variable of line 3",
			"got the literal name registry-private, which nginx resolves once",
		]);
	});

	test("upstream groups: names, unless nginx resolves them again; a variable that names one loses", () => {
		const texts = {
			"nginx.conf": `http {
${RESOLVER}
upstream a { server registry-a:5000; keepalive 32; }
upstream b { zone b 64k; server registry-b:5000 resolve; }
upstream c { server 10.0.20.10:5000; }
upstream d { server unix:/run/d.sock; }
server {
location /a { proxy_pass http://a; }
location /c { set $to c; proxy_pass http://$to; }
}
}`,
		};
		expect(linesOf("static-upstream", "nginx.conf", texts)).toEqual([3, 9]);
	});

	test("a path behind a variable is all right where only that path comes in", () => {
		const at = (location: string) =>
			linesOf("static-upstream", "nginx.conf", {
				"nginx.conf": `http {\n${RESOLVER}\nserver {\n${UP}\n${location} { proxy_set_header Host $http_host; proxy_pass http://$up:5000/v2/; }\n}\n}\n`,
			});
		expect(at("location = /healthz")).toEqual([]);
		expect(at("location /healthz")).toEqual([5]);
	});

	test("a variable wants a resolver, and a time for which a name is believed", () => {
		const inside = `${UP} proxy_pass http://$up:5000;`;
		expect(problemsOf(server(inside, ""))).toEqual([
			"nginx.conf:7 static-upstream",
		]);
		expect(problemsOf(server(inside, "resolver 127.0.0.11;"))).toEqual([
			"nginx.conf:2 static-upstream?",
		]);
		// a port of its own, and the scheme, make it no address
		for (const value of ["registry-a:5000", "http://registry-a:5000"])
			expect(
				problemsOf(server(`set $to ${value}; proxy_pass http://$to;`, "")),
			).toEqual(["nginx.conf:7 static-upstream"]);
		// a map's values are asked for too, an address is not
		const map = "map $server_port $up { 5000 registry-a; default registry-b; }";
		expect(problemsOf(server("proxy_pass http://$up:5000;", map))).toEqual([
			"nginx.conf:7 static-upstream",
		]);
		expect(
			problemsOf(server("set $up 10.0.0.1; proxy_pass http://$up:5000;", "")),
		).toEqual([]);
	});

	test("a stream resolves once too", () => {
		const texts = {
			"nginx.conf":
				"stream { server { listen 5000; proxy_pass registry:5000; } }",
		};
		expect(problemsOf(texts)).toEqual(["nginx.conf:1 static-upstream"]);
	});
});

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
		// what is included may say it
		[`${to}\ninclude proxy_params;`, []],
	])("%j", (inside, lines) => {
		expect(linesOf("host-without-port", "nginx.conf", server(inside))).toEqual(
			lines,
		);
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
});

test("cache-without-eviction: a cache of nginx without a bound", () => {
	expect(problemsOf(server("return 204;", CACHE))).toEqual([]);
	expect(
		problemsOf(server("return 204;", CACHE.replace("max_size=50g", ""))),
	).toEqual(["nginx.conf:2 cache-without-eviction"]);
});

describe("metrics-public", () => {
	const metrics = (inside: string) =>
		linesOf("metrics-public", "nginx.conf", {
			"nginx.conf": `http {\nserver {\nlisten 5001;\n${inside}\n}\n}\n`,
		});

	test.each<[string, number[]]>([
		["location /metrics { proxy_pass http://10.0.0.1:5001; }", [4]],
		["location = /metrics { proxy_pass http://10.0.0.1:5001; }", [4]],
		["location / { proxy_pass http://10.0.0.1:5001; }", [4]],
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
		// allowing some and denying nobody allows all
		["location /metrics { allow 10.0.20.0/24; }", [4]],
	])("%j", (inside, lines) => {
		expect(metrics(inside)).toEqual(lines);
	});
});

test("include-not-followed: unless it is among the files, or harmless", () => {
	const texts = {
		"nginx.conf":
			"http {\ninclude mime.types;\ninclude /etc/nginx/proxy_params;\ninclude conf.d/*.conf;\ninclude /etc/nginx/tls.conf;\ninclude sites/*.conf;\n}",
		"etc/nginx/sites/a.conf": "listen 5010;\nserver_name a;\n",
		"tls.conf": "ssl_protocols TLSv1.2 TLSv1.3;\nlisten 5050 ssl;\n",
	};
	expect(problemsOf(texts)).toEqual(["nginx.conf:4 include-not-followed?"]);
});
