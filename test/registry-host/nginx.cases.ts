import { nginxFile } from "../../lib/registry-host/nginx";
import type { RegistryHost } from "../../lib/registry-host/registry-host";
import { cacheOf, hostOf } from "./fixture";

const nginx = (host: RegistryHost) => nginxFile(host).text;

/** The server block that listens on a port. */
function server(text: string, port: number): string {
	const block = text
		.split(/^ {4}server \{$/m)
		.slice(1)
		.find((each) => each.includes(`listen ${port}`));
	if (!block) throw new Error(`no server on ${port}`);
	return block;
}

describe("nginx.conf", () => {
	const text = nginx(
		hostOf({
			nodeExporter: { image: "node-exporter:1.9.1", allow: ["10.0.20.0/24"] },
		}),
	);

	test("no upstream has a name that nginx could look up at its start", () => {
		const passes = [...text.matchAll(/proxy_pass (\S+);/g)].map(([, to]) => to);
		expect(passes.length).toBeGreaterThan(10);
		for (const to of passes) expect(to).toMatch(/^http:\/\/\$[a-z]+:\d+$/);
		expect(text).not.toMatch(/^\s*upstream /m);
		expect(text).toContain("resolver 127.0.0.11 valid=10s ipv6=off;");
	});

	test("the contract's numbers", () => {
		for (const line of [
			"keys_zone=blobs:500m max_size=50g inactive=24h;",
			"proxy_cache_valid 200 24h;",
			"proxy_cache_lock_timeout 5m;",
			"proxy_cache_lock_age 5m;",
			"proxy_cache_min_uses 2;",
			"proxy_cache_methods GET;",
			"client_max_body_size 0;",
			"proxy_request_buffering off;",
			"proxy_read_timeout 900s;",
			"ssl_protocols TLSv1.2 TLSv1.3;",
			"proxy_set_header X-Forwarded-Proto $scheme;",
			"proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
		])
			expect(text).toContain(line);
	});

	test("the cache knows whose blob it is, and keeps none of a private registry", () => {
		expect(server(text, 5000)).toContain('proxy_cache_key "dockerhub $uri";');
		expect(server(text, 5010)).toContain('proxy_cache_key "ghcr $uri";');
		expect(server(text, 5050)).not.toContain("proxy_cache");
		expect(server(nginx(cacheOf({ cacheBlobs: false })), 5010)).not.toContain(
			"proxy_cache",
		);
	});

	test("caches and the page let nobody write, the private registry does", () => {
		expect(server(text, 5000).match(/limit_except GET/g)).toHaveLength(2);
		expect(server(text, 8080)).toContain("limit_except GET");
		expect(server(text, 5050)).not.toContain("limit_except");
	});

	test("metrics are for those who may", () => {
		const metrics = nginx(
			cacheOf({
				metrics: { port: 5001, allow: ["10.0.20.0/24", "10.1.0.0/16"] },
			}),
		);
		expect(server(metrics, 5001)).toMatch(
			/allow 10\.0\.20\.0\/24;\s+allow 10\.1\.0\.0\/16;\s+deny all;\s+proxy_pass/,
		);
		expect(server(text, 9100)).toMatch(/allow 10\.0\.20\.0\/24;\s+deny all;/);
	});

	test("snippets go where they belong", () => {
		const host = hostOf({ nginx: { snippet: ["limit_rate 10m;"] } });
		expect(nginx(host)).toMatch(/limit_rate 10m;\n\}\n$/);
		const own = nginx(cacheOf({ nginxSnippet: ["limit_rate 1m;"] }));
		expect(server(own, 5010)).toContain("limit_rate 1m;");
	});
});
