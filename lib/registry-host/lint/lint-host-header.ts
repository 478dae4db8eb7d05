import type { ComposeService } from "./compose-service";
import type { Place, Report } from "./host-rules";
import { type Doors, outerPorts } from "./nginx-doors";
import { backendsOf, type Placed, valuesOf } from "./nginx-view";
import type { NginxDirective } from "./parse-nginx";
import { isRegistryImage } from "./registry-view";

const FIX = "write: proxy_set_header Host $http_host;";

/** The Host that a registry is told, where the port that clients know is not the scheme's own. */
export function lintHostHeader(
	placed: Placed,
	all: readonly Placed[],
	doors: Doors,
	services: readonly ComposeService[],
	placeOf: (directive: NginxDirective) => Place,
	report: Report,
): void {
	const { directive, around } = placed;
	const tell = (where: NginxDirective, reason: string, severity?: "warning") =>
		report("host-without-port", placeOf(where), reason, FIX, severity);
	if (isInFragment(placed)) {
		if (isHost(directive) && isBare(placed, [], all))
			tell(
				directive,
				`got Host ${directive.args[1]} in a file for servers of other files; whether their ports are the scheme's own cannot be seen`,
				"warning",
			);
		return;
	}
	const server = around.find(({ name }) => name === "server");
	if (directive.name !== "proxy_pass" || !server) return;
	if (around.some(({ name }) => name === "stream")) return;
	const odd = outerPorts(server, doors).find(
		(port) => port !== 80 && port !== 443,
	);
	const backends = backendsOf(placed, all).map((each) => each.host);
	if (odd === undefined || !mayBeAsked(around)) return;
	const known = backends.map((host) =>
		services.find(({ names }) => names.includes(host)),
	);
	// what is no registry sends nobody anywhere
	if (
		known.length > 0 &&
		known.every((each) => each && !isRegistryImage(each.image))
	)
		return;
	// headers are inherited only where a block sets none of its own
	const level = [...around]
		.reverse()
		.find(({ block = [] }) =>
			block.some(({ name }) => name === "proxy_set_header"),
		);
	const host = level?.block?.find(
		(each) => each.name === "proxy_set_header" && isHost(each),
	);
	// what is included (proxy_params) may say it
	const isIncluded = around.some(({ block = [] }) =>
		block.some(
			({ name, args }) =>
				name === "include" && !/mime\.types$/.test(args[0] ?? ""),
		),
	);
	if (!host && isIncluded) return;
	if (!host)
		tell(
			directive,
			`got no Host header for the backend of port ${odd}: it is told nginx's own name for it`,
		);
	else if (isBare({ directive: host, around }, backends, all))
		tell(
			host,
			`got Host ${host.args[1]} on a port that is not the scheme's own`,
		);
}

/** A header that stands where some server includes it. */
function isInFragment({ directive, around }: Placed): boolean {
	return (
		directive.name === "proxy_set_header" &&
		around.every(({ name }) => name === "location" || name === "if")
	);
}

function isHost({ args }: NginxDirective): boolean {
	return /^host$/i.test(args[0] ?? "");
}

/** Whether a header drops the port: a variable without it, one that means such a one, or a name that is not the backend's own in the world. */
function isBare(
	{ directive, around }: Placed,
	backends: readonly string[],
	all: readonly Placed[],
): boolean {
	const [, value = ""] = directive.args;
	const isVariable = /^\$(\w+|\{\w+\})$/.test(value);
	const values = isVariable ? valuesOf(value, around, all) : [];
	return (values.length > 0 ? values : [value]).some(
		(each) =>
			/^\$\{?(host|server_name|hostname|proxy_host)\}?$/i.test(each) ||
			(/^[\w.-]+$/.test(each) &&
				!(each.includes(".") && backends.includes(each))),
	);
}

/** Whether a client of a registry can ask for something there: all that it asks for is below /v2/. */
function mayBeAsked(around: readonly NginxDirective[]): boolean {
	const { args = [] } =
		around.findLast(({ name }) => name === "location") ?? {};
	const [sign = ""] = args;
	const path = args.at(-1) ?? "/";
	if (path.startsWith("@")) return true;
	if (sign === "=") return path.startsWith("/v2");
	if (sign.startsWith("~")) return !/metrics|debug|health/.test(path);
	return "/v2/".startsWith(path) || path.startsWith("/v2");
}
