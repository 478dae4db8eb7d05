import { parse } from "yaml";
import { composeFile } from "../../lib/registry-host/compose";
import type { RegistryHost } from "../../lib/registry-host/registry-host";
import { CACHES, cacheOf, hostOf } from "./fixture";

const compose = (host: RegistryHost) => parse(composeFile(host).text);

describe("docker-compose.yml", () => {
	test("only nginx publishes ports", () => {
		const { services } = compose(hostOf());
		const publishing = Object.keys(services).filter(
			(key) => services[key].ports,
		);
		expect(publishing).toEqual(["nginx"]);
	});

	test("nginx waits for nobody's health unless it is told to", () => {
		const conditions = (host: RegistryHost) => [
			...new Set(
				Object.values(compose(host).services.nginx.depends_on).map(
					(each) => (each as { condition: string }).condition,
				),
			),
		];
		expect(conditions(hostOf())).toEqual(["service_started"]);
		expect(conditions(hostOf({ nginx: { waitForHealth: true } }))).toEqual([
			"service_healthy",
		]);
	});

	test("every port is in nginx's health check, and a private registry that asks for a login lives", () => {
		const { services } = compose(hostOf());
		const [, checks] = services.nginx.healthcheck.test;
		for (const port of [5000, 5010, 5020, 5030, 5040, 5050, 8080])
			expect(checks).toContain(`127.0.0.1:${port}/healthz`);
		expect(services["registry-private"].healthcheck.test[1]).toContain("401");
		expect(services["registry-ghcr"].healthcheck.test[1]).not.toContain("401");
	});

	test("no address of a service is given to somebody else while it is stopped", () => {
		const { services, networks } = compose(hostOf());
		expect(networks.registry.ipam.config).toEqual([
			{ subnet: "172.31.250.0/24", ip_range: "172.31.250.240/28" },
		]);
		for (const service of Object.values(services)) {
			const { registry } = (
				service as { networks: Record<string, { ipv4_address: string }> }
			).networks;
			expect(Number(registry?.ipv4_address.split(".")[3])).toBeLessThan(240);
		}
	});

	test("what cannot be fetched again is never made as an empty folder", () => {
		const { services } = compose(hostOf());
		const made = Object.entries(services).flatMap(([key, service]) =>
			(
				(service as { volumes?: { bind?: { create_host_path?: boolean } }[] })
					.volumes ?? []
			)
				.filter(({ bind }) => bind?.create_host_path)
				.map(() => key),
		);
		expect(made).toEqual(CACHES.map(({ name }) => `registry-${name}`));
	});

	test("a page on another port than its image's is told it", () => {
		const port = (ui: object) =>
			compose(hostOf({ ui })).services["registry-ui"].environment
				.NGINX_LISTEN_PORT;
		expect(port({ backendPort: 8081 })).toBe("8081");
		expect(port({})).toBeUndefined();
	});

	test("the page cannot delete and knows no other host than the one it came from", () => {
		const { environment } = compose(hostOf()).services["registry-ui"];
		expect(environment).toMatchObject({
			DELETE_IMAGES: "false",
			SINGLE_REGISTRY: "true",
		});
		expect(environment.REGISTRY_URL).toBeUndefined();
	});

	test("node_exporter is there when asked for, behind nginx", () => {
		expect(compose(hostOf()).services["node-exporter"]).toBeUndefined();
		const { services } = compose(
			hostOf({
				nodeExporter: { image: "node-exporter:1.9.1", allow: ["10.0.20.0/24"] },
			}),
		);
		expect(services["node-exporter"].ports).toBeUndefined();
		expect(services["node-exporter"].command).toContain(
			"--collector.textfile.directory=/host/var/lib/node_exporter/textfile",
		);
		expect(services.nginx.ports).toContain("9100:9100");
	});

	test("a login is a file, not a value; 3.x sends no traces", () => {
		const login = { name: "infra", user: "me", passwordKey: "key" };
		const { services } = compose(
			cacheOf({ image: "registry:3.1.1", upstream: { login } }),
		);
		expect(services["registry-ghcr"]).toMatchObject({
			env_file: [{ path: "/opt/registry/secrets/ghcr.env", required: false }],
			environment: { OTEL_TRACES_EXPORTER: "none" },
			// the image of 3.x starts with /etc/distribution/config.yml
			command: ["serve", "/etc/docker/registry/config.yml"],
		});
		expect(compose(hostOf()).services["registry-ghcr"].command).toBeUndefined();
		expect(JSON.stringify(services)).not.toContain("PASSWORD");
	});

	test("extra is merged key by key, null removes", () => {
		const { services } = compose(
			hostOf({
				extra: {
					services: {
						nginx: {
							mem_limit: "1g",
							healthcheck: { retries: 5, start_period: null },
						},
					},
				},
			}),
		);
		expect(services.nginx.mem_limit).toBe("1g");
		expect(services.nginx.healthcheck).toMatchObject({
			interval: "30s",
			retries: 5,
		});
		expect(services.nginx.healthcheck.start_period).toBeUndefined();
	});
});
