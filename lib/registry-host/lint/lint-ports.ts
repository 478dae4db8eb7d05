import type { PublishedPort } from "./compose-ports";
import type { ComposeService } from "./compose-service";
import type { Place, Report } from "./host-rules";
import { type NginxFile, nginxFilesOf } from "./nginx-doors";
import { hasIncludes } from "./nginx-includes";
import {
	directivesOf,
	isName,
	listensOf,
	proxyTarget,
	targetsOf,
} from "./nginx-view";
import { isLoopback, portOf, type RegistryView } from "./registry-view";

/** Both ends of every port: what compose publishes has a listener, what nginx connects to is a service that listens there. */
export function lintPorts(
	services: readonly ComposeService[],
	nginxes: readonly NginxFile[],
	registries: readonly RegistryView[],
	report: Report,
): void {
	const taken: Taken = new Map();
	const views = new Map(registries.map((each) => [each.service, each]));
	const guests = services.filter((each) => networkOf(each) !== undefined);
	for (const service of services) {
		if (service.ports.length === 0) continue;
		const listeners = allListeners(service, guests, nginxes, views);
		for (const port of service.ports) {
			// what its profile starts may be there instead of another
			if (service.isAlwaysUp) lintTwice(service, port, taken, report);
			if (!listeners || listeners.has(port.target)) continue;
			report(
				"port-without-backend",
				port.place,
				`${service.name}: got port ${port.published ?? "of any number"} published to ${port.target}, where nothing listens`,
				`publish one of ${[...listeners].join(", ") || "its listeners"}, or remove the port`,
			);
		}
	}
	if (services.length > 0)
		for (const nginx of nginxes)
			lintBackends(nginx, services, registries, report);
}

/** Addresses of the host by port and protocol, and the service that took each. */
type Taken = Map<string, { readonly host: string; readonly name: string }[]>;

function lintTwice(
	{ project, name }: ComposeService,
	{ host, published, protocol, place }: PublishedPort,
	taken: Taken,
	report: Report,
): void {
	if (published === undefined) return;
	const key = `${project} ${published}/${protocol}`;
	const others = taken.get(key) ?? [];
	const other = others.find((each) => meet(each.host, host));
	if (other === undefined) taken.set(key, [...others, { host, name }]);
	if (other !== undefined)
		report(
			"port-without-backend",
			place,
			`${name}: got port ${published}, which ${other.name} publishes already`,
			"publish each port once: the second service does not start",
		);
}

/** Whether two addresses of the host cannot both have a port: all of IPv4 includes each of them. */
function meet(a: string, b: string): boolean {
	if (a === b || a === "" || b === "") return true;
	const all = a.includes(":") ? "::" : "0.0.0.0";
	return a.includes(":") === b.includes(":") && (a === all || b === all);
}

type Views = ReadonlyMap<ComposeService | undefined, RegistryView>;

/** Ports on which a container listens, or others that are in its network; undefined where that cannot be seen. */
function allListeners(
	service: ComposeService,
	guests: readonly ComposeService[],
	nginxes: readonly NginxFile[],
	views: Views,
): ReadonlySet<number> | undefined {
	const found = [
		service,
		...guests.filter((each) => service.names.includes(networkOf(each) ?? "")),
	].map((each) => listenersOf(each, nginxes, views));
	return found.every((each) => each !== undefined)
		? new Set(found.flatMap((each) => [...each]))
		: undefined;
}

/** The service or container whose network it is in. */
function networkOf({ networkMode }: ComposeService): string | undefined {
	return /^(?:service|container):(.+)$/.exec(networkMode)?.[1];
}

/** Ports on which its own program listens. */
function listenersOf(
	service: ComposeService,
	nginxes: readonly NginxFile[],
	views: Views,
): ReadonlySet<number> | undefined {
	const registry = views.get(service);
	if (registry) {
		const own = registry.value("http", "addr");
		const debug = registry.value("http", "debug", "addr");
		// its image's own configuration says :5000
		const isElsewhere =
			service.mounts.some(({ target }) => /^\/etc|\.ya?ml$/.test(target)) ||
			service.command !== "";
		if (!registry.config && own === "" && isElsewhere) return undefined;
		// the container's own loopback is not what Docker publishes
		return new Set(
			[own || ":5000", debug].flatMap((address) =>
				isLoopback(address) ? [] : (portOf(address) ?? []),
			),
		);
	}
	const files = nginxFilesOf(service, nginxes);
	if (!files && /registry-ui/.test(service.image))
		return new Set([
			Number(service.environment.get("NGINX_LISTEN_PORT")?.value ?? 80),
		]);
	if (!files) return undefined;
	const listens = files
		.flatMap(({ directives }) => [...directivesOf(directives)])
		.filter(({ directive }) => directive.name === "server" && directive.block)
		.flatMap(({ directive }) => listensOf(directive));
	const isSeen =
		listens.length > 0 &&
		// a template's
		listens.every(({ port }) => port !== undefined) &&
		// what was not found may listen too
		!files.some(({ directives }) => hasIncludes(directives));
	if (!isSeen) return undefined;
	return new Set(listens.flatMap(({ port }) => port ?? []));
}

function lintBackends(
	{ file, directives }: NginxFile,
	services: readonly ComposeService[],
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
		// links and extra hosts
		if (services.some(({ ownNames }) => ownNames.includes(host))) return;
		const found = services.find(({ names }) => names.includes(host));
		const registry = registries.find(
			(each) => each.service && each.service === found,
		);
		const own = registry?.value("http", "addr") || ":5000";
		const debug = registry?.value("http", "debug", "addr") ?? "";
		if (!found)
			report(
				"port-without-backend",
				place,
				`got ${host}, which is no service of the compose file`,
				`name one of ${services.map(({ name }) => name).join(", ")}, or remove the server`,
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
	for (const placed of all) {
		const { directive, around } = placed;
		const isServer =
			directive.name === "server" && around.at(-1)?.name === "upstream";
		if (directive.name !== "proxy_pass" && !isServer) continue;
		const place = { file: directive.file ?? file, line: directive.line };
		const targets = isServer
			? [proxyTarget(directive.args[0] ?? "")]
			: targetsOf(placed, all);
		const told = new Set<string>();
		for (const { host, port } of targets) {
			if (told.has(`${host}:${port}`)) continue;
			told.add(`${host}:${port}`);
			seen(place, host, port);
		}
	}
}
