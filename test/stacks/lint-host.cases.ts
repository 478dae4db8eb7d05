import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RegistryHostProps } from "../../lib/registry-host/registry-host";
import { GuardApp } from "../../stacks/app";
import { settings } from "../../stacks/settings";

describe("a synth lints what was merged into the registry host by hand", () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), "lint-host-"));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	const synth = (over: Partial<RegistryHostProps>) => {
		const { registryHost } = settings;
		if (!registryHost) throw new Error("settings: no registryHost");
		return new GuardApp(
			{ ...settings, registryHost: { ...registryHost, ...over } },
			folder,
		);
	};

	test("a warning is one of the app's, and hinders nothing", () => {
		const extra = { services: { nginx: { healthcheck: null } } };
		expect(synth({ extra }).warnings).toContainEqual(
			expect.stringMatching(
				/^monitoring: registryHost: missing-healthcheck: .*: nginx: got no healthcheck/,
			),
		);
	});

	test.each<[string, Partial<RegistryHostProps>]>([
		[
			"floating-pin: vm/opt/registry/docker-compose.yml",
			{ extra: { services: { nginx: { image: "nginx:alpine" } } } },
		],
		[
			"static-upstream: vm/opt/registry/nginx.conf",
			{
				nginx: {
					snippet: [
						"server { listen 81; location / { proxy_pass http://registry-ghcr:5000; } }",
					],
				},
			},
		],
		[
			'registryHost.registries[quay].extra.proxy.ttl: got "1h"',
			{
				registries: [
					{
						name: "quay",
						kind: "pull-through",
						extra: { proxy: { ttl: "1h" } },
					},
				],
			},
		],
	])("%s", (message, over) => {
		expect(() => synth(over)).toThrow(message);
	});

	test("what is sound passes", () => {
		expect(() =>
			synth({ nginx: { snippet: ["limit_rate 100m;"] } }),
		).not.toThrow();
	});
});
