import type { ComposeService, PublishedPort } from "./compose-file";
import type { Place, Report } from "./host-rules";
import {
	directivesOf,
	hasIncludes,
	isName,
	listenPorts,
	proxyTarget,
	targetsOf,
} from "./nginx-view";
import type { NginxDirective } from "./parse-nginx";
import {
	isLoopback,
	nearest,
	portOf,
	type RegistryView,
} from "./registry-view";

/** A file of the set that is an nginx configuration. */
export interface NginxFile {
	readonly file: string;
	readonly directives: readonly NginxDirective[];
}

/** Both ends of every port: what compose publishes has a listener, what nginx connects to is a service that listens there. */
export function lintPorts(
	services: readonly {
		readonly file: string;
		readonly service: ComposeService;
	}[],
	nginxes: readonly NginxFile[],
	registries: readonly RegistryView[],
	report: Report,
): void {
	const taken = new Map<string, string>();
	for (const { file, service } of services) {
		const listeners = listenersOf(file, service, nginxes, registries);
		for (const port of service.ports) {
			lintTwice(file, service, port, taken, report);
			if (!listeners || listeners.has(port.target)) continue;
			report(
				"port-without-backend",
				{ file, line: port.line },
				`${service.name}: got port ${port.published} published to ${port.target}, where nothing listens`,
				`publish one of ${[...listeners].join(", ") || "its listeners"}, or remove the port`,
			);
		}
	}
	if (services.length > 0)
		for (const nginx of nginxes)
			lintBackends(nginx, services, registries, report);
}

function lintTwice(
	file: string,
	{ name }: ComposeService,
	{ host, published, line }: PublishedPort,
	taken: Map<string, string>,
	report: Report,
): void {
	const key = `${file} ${host} ${published}`;
	const other = taken.get(key);
	taken.set(key, name);
	if (other !== undefined)
		report(
			"port-without-backend",
			{ file, line },
			`${name}: got port ${published}, which ${other} publishes already`,
			"publish each port once: the second service does not start",
		);
}

/** Ports on which the container listens; undefined where that cannot be seen. */
function listenersOf(
	file: string,
	service: ComposeService,
	nginxes: readonly NginxFile[],
	registries: readonly RegistryView[],
): ReadonlySet<number> | undefined {
	const registry = registries.find((each) => each.service === service);
	if (registry) {
		const own = registry.value("http", "addr");
		const debug = registry.value("http", "debug", "addr");
		// its image's own configuration says :5000
		const isElsewhere =
			service.mounts.some(({ target }) => /^\/etc|\.ya?ml$/.test(target)) ||
			service.command !== "";
		if (!registry.config && own === "" && isElsewhere) return undefined;
		const isOpen = debug !== "" && !isLoopback(debug);
		return new Set([
			portOf(own || ":5000") ?? 5000,
			...(isOpen ? [portOf(debug) ?? 0] : []),
		]);
	}
	if (/registry-ui/.test(service.image))
		return new Set([
			Number(service.environment.get("NGINX_LISTEN_PORT") ?? 80),
		]);
	if (!/nginx/.test(service.image)) return undefined;
	const mounted = service.mounts.filter(({ target }) =>
		target.startsWith("/etc/nginx"),
	);
	const files = mounted.flatMap(
		({ source }) => nearest(nginxes, source, file) ?? [],
	);
	const [only, ...more] = nginxes;
	if (files.length === 0 && only && more.length === 0) files.push(only);
	const ports = files.flatMap(({ directives }) =>
		[...directivesOf(directives)]
			.filter(({ directive }) => directive.name === "server" && directive.block)
			.flatMap(({ directive }) => listenPorts(directive)),
	);
	// what it includes may listen too
	if (files.some(({ directives }) => hasIncludes(directives))) return undefined;
	return ports.length > 0 ? new Set(ports) : undefined;
}

function lintBackends(
	{ file, directives }: NginxFile,
	services: readonly { readonly service: ComposeService }[],
	registries: readonly RegistryView[],
	report: Report,
): void {
	const all = [...directivesOf(directives)];
	const groups = new Set(
		all
			.filter(({ directive }) => directive.name === "upstream")
			.map(({ directive }) => directive.args[0]),
	);
	const seen = (place: Place, host: string, port: string) => {
		if (groups.has(host) || !isName(host) || host.includes(".")) return;
		const found = services.find(({ service }) => service.names.includes(host));
		const registry = registries.find(
			(each) => each.service && each.service === found?.service,
		);
		const own = registry?.value("http", "addr") || ":5000";
		const debug = registry?.value("http", "debug", "addr") ?? "";
		if (!found)
			report(
				"port-without-backend",
				place,
				`got ${host}, which is no service of the compose file`,
				`name one of ${services.map(({ service }) => service.name).join(", ")}, or remove the server`,
			);
		else if (
			registry?.config &&
			port !== "" &&
			Number(port) !== portOf(own) &&
			Number(port) !== portOf(debug)
		)
			report(
				"port-without-backend",
				place,
				`got port ${port} of ${host}, which listens on ${portOf(own)}`,
				`connect to ${host}:${portOf(own)}`,
			);
	};
	for (const { directive, around } of all) {
		const isServer =
			directive.name === "server" && around.at(-1)?.name === "upstream";
		if (directive.name !== "proxy_pass" && !isServer) continue;
		const target = proxyTarget(directive.args[0] ?? "");
		const place = { file, line: directive.line };
		const told = new Set<string>();
		for (const { host, port } of targetsOf(target, near(all, around))) {
			if (told.has(`${host}:${port}`)) continue;
			told.add(`${host}:${port}`);
			seen(place, host, port);
		}
	}
}

/** A variable that is set in the same blocks means only that; otherwise every value of the file. */
function near(
	all: ReturnType<typeof directivesOf> extends Generator<infer Each>
		? readonly Each[]
		: never,
	around: readonly NginxDirective[],
) {
	const inside = all.filter((each) =>
		each.around.every((block) => around.includes(block)),
	);
	return inside.some(({ directive }) => directive.name === "set")
		? inside
		: all;
}
