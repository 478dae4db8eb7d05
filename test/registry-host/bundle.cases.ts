import type { HostFile } from "../../lib/registry-host/host-file";
import { lintHostFiles } from "../../lib/registry-host/lint/lint-host-files";
import { registryHostBundle } from "../../lib/registry-host/registry-host-bundle";
import { host as settingsHost } from "../support/settings-host";
import { bundleOf, CACHES, cacheOf, hostOf, PRIVATE } from "./fixture";

const paths = (files: readonly HostFile[]) => files.map(({ path }) => path);
const textOf = (files: readonly HostFile[], end: string) =>
	files.find(({ path }) => path.endsWith(end))?.text ?? "";

/** Lines of one text that the other does not have, each as often as it stands there. */
function linesOnlyIn(one: string, other: string): string[] {
	const left = new Map<string, number>();
	for (const line of other.split("\n"))
		left.set(line, (left.get(line) ?? 0) + 1);
	return one.split("\n").filter((line) => {
		const count = left.get(line) ?? 0;
		left.set(line, count - 1);
		return count <= 0;
	});
}

describe("the bundle", () => {
	test("the same model gives the same bytes, sorted, each path once", () => {
		const once = bundleOf(hostOf());
		expect(bundleOf(hostOf())).toEqual(once);
		expect(paths(once)).toEqual([...new Set(paths(once))].sort());
	});

	test("a registry that goes takes its parts along, and nothing else changes", () => {
		const all = bundleOf(hostOf());
		for (const { name } of [...CACHES, PRIVATE]) {
			const rest = bundleOf(
				hostOf({
					registries: [...CACHES, PRIVATE].filter((each) => each.name !== name),
				}),
			);
			const gone = paths(all).filter((path) => !paths(rest).includes(path));
			expect(paths(rest).filter((path) => !paths(all).includes(path))).toEqual(
				[],
			);
			expect(gone).toEqual(
				expect.arrayContaining([
					`vm/etc/systemd/system/registry-gc-${name}.service`,
					`vm/etc/systemd/system/registry-gc-${name}.timer`,
					`vm/opt/registry/config-${name}.yml`,
				]),
			);
			for (const { path, text } of rest) {
				// hashes and the scripts that list registries in one line differ in that line
				if (/bundle\.sha256$|\/bin\//.test(path)) continue;
				const before = all.find((each) => each.path === path)?.text ?? "";
				expect([path, linesOnlyIn(text, before)]).toEqual([path, []]);
			}
			for (const end of ["docker-compose.yml", "nginx.conf", "bin/scan"])
				expect(textOf(rest, end)).not.toMatch(
					new RegExp(`registry-${name}\\b|data/${name}\\b`),
				);
		}
	});

	test("no address and no time of another registry depends on who else is there", () => {
		const [alone] = cacheOf({}).registries;
		expect(hostOf().registries.find(({ name }) => name === "ghcr")).toEqual(
			alone,
		);
	});

	test("no secret is in it, only where it lies", () => {
		const all = bundleOf(settingsHost)
			.map(({ text }) => text)
			.join("\n");
		expect(all).toContain("dockerhub_registry_password");
		expect(all).not.toMatch(/password: |\$2[aby]\$|BEGIN .*PRIVATE KEY/);
	});

	test("a warning is told, and hinders nothing", () => {
		const warnings: string[] = [];
		const host = hostOf({
			extra: { services: { nginx: { healthcheck: null } } },
		});
		const files = registryHostBundle(
			host,
			() => "",
			(line) => warnings.push(line),
		);
		expect(files.length).toBeGreaterThan(0);
		expect(warnings).toEqual([
			expect.stringMatching(
				/^missing-healthcheck: vm\/opt\/registry\/docker-compose\.yml:\d+: nginx: got no healthcheck; add one/,
			),
		]);
	});

	test("what is merged in by hand is linted all the same", () => {
		expect(() =>
			bundleOf(
				hostOf({
					extra: { services: { nginx: { image: "nginx:alpine" } } },
				}),
			),
		).toThrow("floating-pin: vm/opt/registry/docker-compose.yml:");
		expect(() =>
			bundleOf(
				hostOf({
					nginx: {
						snippet: [
							"server { listen 81; location / { proxy_pass http://registry-ghcr:5000; } }",
						],
					},
				}),
			),
		).toThrow("static-upstream: vm/opt/registry/nginx.conf:");
	});

	test.each([
		["2.8", "registry:2.8.3"],
		["3.x", "registry:3.1.1"],
	])(
		"the lint finds nothing in a bundle of %s, not even a warning",
		(_, image) => {
			const files = bundleOf(
				hostOf({
					registries: [...CACHES, PRIVATE].map((each) => ({
						...each,
						image,
						...(each.name === "dockerhub" && {
							metrics: { port: 5001, allow: ["10.0.20.0/24"] },
						}),
					})),
					nodeExporter: {
						image: "node-exporter:1.9.1",
						allow: ["10.0.20.0/24"],
					},
				}),
			);
			expect(lintHostFiles(files)).toEqual([]);
		},
	);

	test("a value that Terraform has not resolved is refused, with the file that it is in", () => {
		expect(() =>
			bundleOf(cacheOf({ nginxSnippet: ["# $" + "{TfToken[TOKEN.7]}"] })),
		).toThrow(
			"registryHost: got a value that Terraform has not resolved yet, in vm/opt/registry/nginx.conf",
		);
	});

	test("every number of the contract is a prop", () => {
		const files = bundleOf(
			hostOf({
				registries: [
					{
						...PRIVATE,
						purge: { age: "1h", interval: "2h" },
						collectAt: "04:44",
					},
				],
				nginx: {
					tlsProtocols: ["TLSv1.3"],
					healthStart: "21s",
					timeout: "22s",
					cache: { folder: "/var/cache/nginx/old", lock: "23m" },
				},
				healthcheck: {
					interval: "24s",
					timeout: "25s",
					retries: 26,
					start: "27s",
				},
				lockSeconds: 2828,
				composeSeconds: 2929,
				scanAt: "03:33",
				collectOn: "Wed",
			}),
		);
		const all = files.map(({ text }) => text).join("\n");
		for (const said of [
			'age: "1h"',
			'interval: "2h"',
			"OnCalendar=Wed *-*-* 04:44:00",
			"ssl_protocols TLSv1.3;",
			'start_period: "21s"',
			"proxy_read_timeout 22s;",
			"proxy_cache_path /var/cache/nginx/old ",
			'interval: "24s"',
			'timeout: "25s"',
			"retries: 26",
			'start_period: "27s"',
			"flock -w 2828 ",
			"TimeoutStartSec=2929",
			"OnCalendar=*-*-* 03:33:00",
		])
			expect(all).toContain(said);
	});

	test("another base folder moves everything", () => {
		const moved = bundleOf(hostOf({ base: "/srv/reg" }));
		const left = moved.filter(({ text }) => text.includes("/opt/registry"));
		expect(paths(left)).toEqual([]);
	});

	test("the user's own host has the registries of the contract, port by port", () => {
		expect(
			settingsHost.registries.map(({ name, port }) => [name, port]),
		).toEqual(hostOf().registries.map(({ name, port }) => [name, port]));
	});
});
