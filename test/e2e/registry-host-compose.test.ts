import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { composeFile } from "../../lib/registry-host/compose";
import { nginxFile } from "../../lib/registry-host/nginx";
import { registryHost } from "../../lib/registry-host/registry-host";
import { registryHostBundle } from "../../lib/registry-host/registry-host-bundle";
import { sha256 } from "../support/images";
import { Lab } from "../support/lab";
import { requirePrograms } from "../support/requires";
import { runProgram } from "../support/run-program";
import { host } from "../support/settings-host";

const { suite, programs } = requirePrograms(
	"docker-compose",
	"check-jsonschema",
	"promtool",
);

interface Port {
	readonly published: string;
	readonly target: number;
}
/** What compose itself makes of a file, the parts that are asked for here. */
interface Resolved {
	readonly name: string;
	readonly services: Readonly<
		Record<
			string,
			{
				readonly container_name: string;
				readonly image: string;
				readonly restart: string;
				readonly ports?: readonly Port[];
				readonly environment?: Readonly<Record<string, string>>;
				readonly networks: { registry: { ipv4_address: string } };
				readonly healthcheck: {
					readonly test: readonly string[];
					readonly interval: string;
					readonly timeout: string;
					readonly retries: number;
					readonly start_period: string;
				};
			}
		>
	>;
	readonly networks: { readonly registry: { readonly name: string } };
	readonly volumes: { readonly "nginx-cache": { readonly name: string } };
}

suite("the rendered compose file, read by compose", () => {
	const lab = new Lab();

	function written(name: string, of: typeof host): string {
		const file = join(lab.folder, `${name}.yml`);
		writeFileSync(file, composeFile(of).text);
		return file;
	}

	async function resolved(file: string): Promise<Resolved> {
		const { code, stdout, stderr } = await runProgram(
			programs["docker-compose"],
			["-f", file, "config", "--format", "json"],
			{ HOME: lab.folder },
		);
		expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
		return JSON.parse(stdout);
	}

	lab.test(
		"compose and the compose schema accept it, with the private registry and without",
		async () => {
			const { registries } = host;
			const later = registryHost({
				host: host.host,
				address: host.address,
				registries: registries.filter(({ kind }) => kind !== "private"),
				nginx: { waitForHealth: true },
				nodeExporter: {
					image: "quay.io/prometheus/node-exporter:v1.9.1",
					allow: ["10.0.20.0/24"],
				},
			});
			const files = [written("now", host), written("later", later)];
			for (const file of files) {
				const config = await runProgram(
					programs["docker-compose"],
					["-f", file, "config", "-q"],
					{ HOME: lab.folder },
				);
				expect(config).toMatchObject({ code: 0, stderr: "" });
			}
			const schema = await runProgram(
				programs["check-jsonschema"],
				["--builtin-schema", "vendor.compose-spec", ...files],
				{ HOME: lab.folder },
			);
			expect(schema).toMatchObject({ code: 0 });
		},
	);

	lab.test(
		"names, addresses and health checks are the contract's",
		async () => {
			const { name, services, networks, volumes } = await resolved(
				written("names", host),
			);
			expect([
				name,
				networks.registry.name,
				volumes["nginx-cache"].name,
			]).toEqual(["registry", "registry_registry", "registry_nginx-cache"]);
			const each = Object.entries(services);
			expect(
				Object.fromEntries(each.map(([key, s]) => [key, s.container_name])),
			).toEqual({
				"registry-dockerhub": "registry-dockerhub",
				"registry-ghcr": "registry-ghcr",
				"registry-quay": "registry-quay",
				"registry-k8s": "registry-k8s",
				"registry-kyverno": "registry-kyverno",
				"registry-private": "registry-private",
				nginx: "registry-nginx",
				"registry-ui": "registry-ui",
			});
			expect(
				new Set(each.map(([, s]) => s.networks.registry.ipv4_address)).size,
			).toBe(each.length);
			expect(new Set(each.map(([, s]) => s.restart))).toEqual(
				new Set(["always"]),
			);
			for (const [key, { healthcheck, image }] of each) {
				expect([key, healthcheck]).toMatchObject([
					key,
					{
						interval: "30s",
						timeout: "10s",
						retries: 3,
						start_period: key === "nginx" ? "15s" : "10s",
					},
				]);
				if (/^registry-(?!ui)/.test(key)) expect(image).toBe("registry:2.8.3");
			}
		},
	);

	lab.test(
		"every published port has a server in nginx, and nginx has no other",
		async () => {
			const { services } = await resolved(written("ports", host));
			const published = Object.entries(services).flatMap(
				([key, { ports = [] }]) => ports.map((port) => ({ key, ...port })),
			);
			expect(new Set(published.map(({ key }) => key))).toEqual(
				new Set(["nginx"]),
			);
			for (const { published: outside, target } of published)
				expect(outside).toBe(String(target));
			const listening = [
				...nginxFile(host).text.matchAll(/^\s*listen (\d+)( ssl)?;/gm),
			].map(([, port]) => Number(port));
			expect(published.map(({ target }) => target).sort()).toEqual(
				listening.sort(),
			);
			expect(listening).toEqual([
				5000, 5001, 5010, 5020, 5030, 5040, 5050, 8080,
			]);
		},
	);

	lab.test(
		"Prometheus reads the scrape configs, beside each other and by the alerts' jobs",
		async () => {
			const jobs = registryHostBundle(host, (text) =>
				sha256(text).slice("sha256:".length),
			)
				.filter(({ path }) => path.startsWith("prometheus/"))
				.flatMap(({ text }) => parse(text).scrape_configs);
			const file = join(lab.folder, "prometheus.yml");
			writeFileSync(file, JSON.stringify({ scrape_configs: jobs }));
			expect(
				await runProgram(programs.promtool, ["check", "config", file]),
			).toMatchObject({ code: 0 });
			expect(jobs.map(({ job_name }) => job_name)).toEqual([
				"registry-host",
				"dockerhub-metrics",
			]);
			const alerts = parse(
				readFileSync("generated/alerts/scrape-configs.yml", "utf8"),
			).scrape_configs;
			expect(alerts).toContainEqual(jobs[1]);
		},
	);
});
