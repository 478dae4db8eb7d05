import { renderYaml } from "../yaml";
import { GENERATED, type HostFile } from "./host-file";
import type { RegistryHost } from "./registry-host";

/** Port of a node_exporter that is none of the bundle's services. */
const NODE_EXPORTER_PORT = 9100;

/** What Prometheus must scrape for the alerts about the VM, and for those about its registries. */
export function hostScrapeConfigFiles(host: RegistryHost): HostFile[] {
	const { address, registries, nodeExporter } = host;
	const port = nodeExporter?.port ?? NODE_EXPORTER_PORT;
	const metrics = registries.flatMap(({ name, port, metrics }) =>
		metrics
			? [
					{
						job_name: `${name}-metrics`,
						static_configs: [
							{
								targets: [`${address}:${metrics.port}`],
								labels: { instance: `${address}:${port}` },
							},
						],
					},
				]
			: [],
	);
	return [
		file(
			"node-exporter.yml",
			[`Reads ${host.textfileFolder} on the VM.`],
			[
				{
					job_name: "registry-host",
					static_configs: [{ targets: [`${address}:${port}`] }],
				},
			],
		),
		...(metrics.length > 0
			? [
					file(
						"registry-metrics.yml",
						[
							"Not beside another file with the same jobs (alerts/scrape-configs.yml has them for registries with a metrics target):",
							"Prometheus refuses two jobs of one name.",
						],
						metrics,
					),
				]
			: []),
	];
}

function file(
	name: string,
	about: readonly string[],
	jobs: readonly object[],
): HostFile {
	return {
		path: `prometheus/${name}`,
		text: renderYaml({ scrape_configs: jobs }, [
			GENERATED,
			"Prometheus: a file for scrape_config_files, or to add to scrape_configs.",
			...about,
		]),
		mode: 0o644,
	};
}
