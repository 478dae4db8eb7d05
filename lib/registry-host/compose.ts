import { renderYaml } from "../yaml";
import { GENERATED, type HostFile, vmFile } from "./host-file";
import type { HostRegistry } from "./host-registry";
import type { HostUi } from "./host-ui";
import { mergePatch } from "./merge-patch";
import { publishedPorts } from "./published-ports";
import type { RegistryHost } from "./registry-host";

/** Where the pieces lie inside the containers. */
const CONFIG_INSIDE = "/etc/docker/registry/config.yml";
const NGINX_CONFIG_INSIDE = "/etc/nginx/nginx.conf";
const ROOT_INSIDE = "/host";
/** More than the registries take to drain (`draintimeout`); Docker kills after 10 s where nothing is said. */
const STOP_GRACE = "60s";

/** Docker keeps every line for ever where nothing is said, on the disk of the stores. */
const LOGGING = {
	driver: "json-file",
	options: { "max-size": "50m", "max-file": "3" },
} as const;

/** `docker-compose.yml`: project, container, network and volume names and every address are said, none is left to chance. */
export function composeFile(host: RegistryHost): HostFile {
	return vmFile(
		`${host.base}/docker-compose.yml`,
		renderYaml(mergePatch(compose(host), host.extra), [
			GENERATED,
			"Started by docker-compose-registry.service.",
		]),
	);
}

function compose(host: RegistryHost): object {
	const { registries, ui, nodeExporter } = host;
	const { project, network, cacheVolume, subnet } = host.compose;
	return {
		name: project,
		services: {
			...Object.fromEntries(
				registries.map((each) => [each.service, registryService(each, host)]),
			),
			nginx: nginxService(host),
			...(ui && { "registry-ui": uiService(ui, host) }),
			...(nodeExporter && {
				"node-exporter": exporterService(nodeExporter, host),
			}),
		},
		networks: {
			registry: {
				name: network,
				driver: "bridge",
				ipam: {
					config: [
						{
							subnet,
							// whoever has no address of his own gets one from here, never that of a service which is stopped
							ip_range: subnet.replace("0/24", "240/28"),
						},
					],
				},
			},
		},
		volumes: { "nginx-cache": { name: cacheVolume } },
	};
}

function registryService(registry: HostRegistry, host: RegistryHost): object {
	const { service, image, kind, listen, htpasswd, loginFile } = registry;
	const { distribution, configFile, data, storage, ipv4 } = registry;
	const isPrivate = kind === "private";
	const at = listen.startsWith(":") ? `127.0.0.1${listen}` : listen;
	return {
		image,
		container_name: service,
		restart: "always",
		logging: LOGGING,
		stop_grace_period: STOP_GRACE,
		...(loginFile && {
			// without the file the cache pulls anonymously, which is slow but not down
			env_file: [{ path: loginFile, required: false }],
		}),
		...(distribution === 3 && {
			// its image starts with another file, which knows no users
			command: ["serve", CONFIG_INSIDE],
			// it sends traces to localhost:4318 unless told not to
			environment: { OTEL_TRACES_EXPORTER: "none" },
		}),
		volumes: [
			bindFile(configFile, CONFIG_INSIDE),
			...(htpasswd ? [bindFile(htpasswd, htpasswd)] : []),
			{
				type: "bind",
				source: data,
				target: storage,
				// images that cannot be fetched again: a disk that is not mounted must not become an empty registry
				bind: { create_host_path: !isPrivate },
			},
		],
		networks: { registry: { ipv4_address: ipv4 } },
		healthcheck: healthcheck(
			host,
			isPrivate && htpasswd
				? `wget -S -O /dev/null http://${at}/v2/ 2>&1 | grep -qE 'HTTP/1\\.[01] (2..|401)'`
				: `wget -q -O /dev/null http://${at}/v2/`,
		),
	};
}

function nginxService(host: RegistryHost): object {
	const { nginx, registries, base } = host;
	const { image, waitForHealth, folder, ipv4, listen = "127.0.0.1" } = nginx;
	const ports = publishedPorts(host);
	const tlsFiles = ports.flatMap(({ tls }) =>
		tls ? [tls.certificate, tls.key] : [],
	);
	const condition = waitForHealth ? "service_healthy" : "service_started";
	return {
		image,
		container_name: "registry-nginx",
		restart: "always",
		logging: LOGGING,
		stop_grace_period: STOP_GRACE,
		ports: ports.map(({ port }) => `${port}:${port}`),
		volumes: [
			bindFile(`${base}/nginx.conf`, NGINX_CONFIG_INSIDE),
			// the folders, not the files: a renewed certificate is another file of the same name
			...[...new Set(tlsFiles.map(folderOf))].map((path) =>
				bindFile(path, path),
			),
			{ type: "volume", source: "nginx-cache", target: folder },
		],
		networks: { registry: { ipv4_address: ipv4 } },
		depends_on: Object.fromEntries(
			registries.map(({ service }) => [service, { condition }]),
		),
		healthcheck: healthcheck(
			host,
			[
				"set -e",
				...ports.map(({ port, tls }) =>
					tls
						? `wget -q --no-check-certificate -O /dev/null https://${listen}:${port}/healthz`
						: `wget -q -O /dev/null http://${listen}:${port}/healthz`,
				),
			].join("\n"),
			nginx.healthStart,
		),
	};
}

function uiService(ui: HostUi, host: RegistryHost): object {
	return {
		image: ui.image,
		container_name: "registry-ui",
		restart: "always",
		logging: LOGGING,
		// no REGISTRY_URL: the page asks the host that it came from, where nginx lets it look only
		environment: {
			SINGLE_REGISTRY: "true",
			DELETE_IMAGES: "false",
			REGISTRY_TITLE: ui.registry.name,
			SHOW_CONTENT_DIGEST: "true",
			...(ui.backendPort !== 80 && {
				NGINX_LISTEN_PORT: String(ui.backendPort),
			}),
		},
		networks: { registry: { ipv4_address: ui.ipv4 } },
		healthcheck: healthcheck(
			host,
			`wget -q -O /dev/null http://127.0.0.1:${ui.backendPort}/`,
		),
	};
}

function exporterService(
	{ image, port, ipv4 }: NonNullable<RegistryHost["nodeExporter"]>,
	host: RegistryHost,
): object {
	return {
		image,
		container_name: "registry-node-exporter",
		restart: "always",
		logging: LOGGING,
		command: [
			`--web.listen-address=:${port}`,
			`--path.rootfs=${ROOT_INSIDE}`,
			`--collector.textfile.directory=${ROOT_INSIDE}${host.textfileFolder}`,
		],
		pid: "host",
		volumes: [
			{
				type: "bind",
				source: "/",
				target: ROOT_INSIDE,
				read_only: true,
				bind: { propagation: "rslave" },
			},
		],
		networks: { registry: { ipv4_address: ipv4 } },
		healthcheck: healthcheck(
			host,
			`wget -q -O /dev/null http://127.0.0.1:${port}/metrics`,
		),
	};
}

/** Read-only; where there is nothing Docker must say so, not make a folder of that name. */
function bindFile(source: string, target: string): object {
	return {
		type: "bind",
		source,
		target,
		read_only: true,
		bind: { create_host_path: false },
	};
}

function healthcheck(
	{ healthcheck }: RegistryHost,
	command: string,
	start_period = healthcheck.start,
): object {
	const { interval, timeout, retries } = healthcheck;
	return {
		// compose takes a single $ for a variable of its own
		test: ["CMD-SHELL", command.replaceAll("$", "$$$$")],
		interval,
		timeout,
		retries,
		start_period,
	};
}

function folderOf(path: string): string {
	return path.slice(0, path.lastIndexOf("/"));
}
