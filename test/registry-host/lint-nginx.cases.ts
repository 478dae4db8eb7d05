import { linesOf, nginxWith, problemsOf, RESOLVER, reasonsOf } from "./linting";

const CACHE =
	"proxy_cache_path /c keys_zone=blobs:500m max_size=50g inactive=24h;";
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
			"a URI in the variable",
			"set $to http://registry-private:5000/; proxy_pass $to;",
			[7],
		],
		[
			"the request's own URI behind a variable",
			`${UP} proxy_pass http://$up:5000$request_uri;`,
			[],
		],
	])("%s", (_, inside, lines) => {
		expect(linesOf("static-upstream", "nginx.conf", nginxWith(inside))).toEqual(
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
		// a group needs no resolver
		texts["nginx.conf"] = texts["nginx.conf"].replace(RESOLVER, "");
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
		expect(problemsOf(nginxWith(inside, ""))).toEqual([
			"nginx.conf:7 static-upstream",
		]);
		expect(problemsOf(nginxWith(inside, "resolver 127.0.0.11;"))).toEqual([
			"nginx.conf:2 static-upstream?",
		]);
		// a port of its own, and the scheme, make it no address
		for (const value of ["registry-a:5000", "http://registry-a:5000"])
			expect(
				problemsOf(nginxWith(`set $to ${value}; proxy_pass http://$to;`, "")),
			).toEqual(["nginx.conf:7 static-upstream"]);
		// a map's values are asked for too, an address is not
		const map = "map $server_port $up { 5000 registry-a; default registry-b; }";
		expect(problemsOf(nginxWith("proxy_pass http://$up:5000;", map))).toEqual([
			"nginx.conf:7 static-upstream",
		]);
		expect(
			problemsOf(
				nginxWith("set $up 10.0.0.1; proxy_pass http://$up:5000;", ""),
			),
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

test("cache-without-eviction: a cache of nginx without a bound", () => {
	expect(problemsOf(nginxWith("return 204;", CACHE))).toEqual([]);
	expect(
		problemsOf(nginxWith("return 204;", CACHE.replace("max_size=50g", ""))),
	).toEqual(["nginx.conf:2 cache-without-eviction"]);
	// what leaves room on the disk is a bound too
	expect(
		problemsOf(nginxWith("return 204;", CACHE.replace("max_size", "min_free"))),
	).toEqual([]);
});
