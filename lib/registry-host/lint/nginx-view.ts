import type { NginxDirective } from "./parse-nginx";

/** A directive and the blocks around it, the outermost first. */
export interface Placed {
	readonly directive: NginxDirective;
	readonly around: readonly NginxDirective[];
}

/** Where a proxy_pass goes. */
export interface ProxyTarget {
	/** `registry-private`, `$up`, `10.0.0.1`; without brackets. "" for a socket. */
	readonly host: string;
	readonly port: string;
	/** What stands behind the authority. */
	readonly uri: string;
}

/** Every directive, blocks before what is in them. */
export function* directivesOf(
	directives: readonly NginxDirective[],
	around: readonly NginxDirective[] = [],
): Generator<Placed> {
	for (const directive of directives) {
		yield { directive, around };
		if (directive.block)
			yield* directivesOf(directive.block, [...around, directive]);
	}
}

/** The argument of a proxy_pass; of a stream's too, which has no scheme. */
export function proxyTarget(text: string): ProxyTarget {
	const rest = text.replace(/^[a-z]+:\/\//i, "");
	if (rest.startsWith("unix:")) return { host: "", port: "", uri: "" };
	const [, host = "", port = "", uri = ""] =
		/^(\[[^\]]*\]|[^/:$]*(?:\$(?:\{\w+\}|\w+)[^/:$]*)*)(?::([^/$]*))?([/$].*)?$/.exec(
			rest,
		) ?? [];
	return { host: host.replace(/^\[|\]$/g, ""), port, uri };
}

/** Whether nginx has to ask for it: no address, no variable, no socket. */
export function isName(host: string): boolean {
	return (
		host !== "" &&
		!host.includes("$") &&
		!host.includes(":") &&
		host !== "localhost" &&
		!/^\d{1,3}(\.\d{1,3}){3}$/.test(host)
	);
}

/** Where a proxy_pass goes once its variable has one of the values that the file gives it, by `set` and by `map`. */
export function targetsOf(
	{ directive, around }: Placed,
	all: readonly Placed[],
): readonly ProxyTarget[] {
	const target = proxyTarget(directive.args[0] ?? "");
	if (!target.host.includes("$")) return [target];
	return valuesOf(target.host, around, all).map((value) => {
		const { host, port, uri } = proxyTarget(value);
		return { host, port: port || target.port, uri: target.uri || uri };
	});
}

/** The same behind the upstream groups: the servers that answer in the end. */
export function backendsOf(
	placed: Placed,
	all: readonly Placed[],
): readonly ProxyTarget[] {
	const groups = new Map(
		all
			.filter(({ directive }) => directive.name === "upstream")
			.map(({ directive }) => [directive.args[0], directive.block ?? []]),
	);
	return targetsOf(placed, all).flatMap((target) => {
		const servers = groups
			.get(target.host)
			?.filter(({ name }) => name === "server");
		return servers
			? servers.map(({ args }) => ({
					...proxyTarget(args[0] ?? ""),
					uri: target.uri,
				}))
			: [target];
	});
}

/** Values of a variable: of those that are set in the same blocks, otherwise every one that the file has for it. */
export function valuesOf(
	variable: string,
	around: readonly NginxDirective[],
	all: readonly Placed[],
): readonly string[] {
	// nginx does not tell case apart
	const name = variable.replace(/^\$\{?|\}$/g, "").toLowerCase();
	const isIt = (text = "") => text.toLowerCase() === `$${name}`;
	const sets = all.filter(
		({ directive }) =>
			directive.name === "set" && isIt(directive.args[0] ?? ""),
	);
	// what is set in an if may be set for it
	const near = sets.filter((each) =>
		each.around.every((block) => block.name === "if" || around.includes(block)),
	);
	return [
		...(near.length > 0 ? near : sets).map(
			({ directive }) => directive.args[1] ?? "",
		),
		...all
			.filter(
				({ directive }) => directive.name === "map" && isIt(directive.args[1]),
			)
			.flatMap(({ directive }) => directive.block ?? [])
			.filter(({ name }) => !/^(hostnames|volatile|include)$/.test(name))
			.flatMap(({ args }) => args[0] ?? []),
	];
}

/** An address that a server listens on; the port is undefined where a variable says it. */
export interface Listen {
	/** "" is all of them. */
	readonly host: string;
	readonly port: number | undefined;
}

/** More ports than a range of anybody has. */
const MAX_PORTS = 1000;

/** What a server listens on, sockets apart; port 80 where it does not say. */
export function listensOf(server: NginxDirective): readonly Listen[] {
	const listens = (server.block ?? []).filter(({ name }) => name === "listen");
	if (listens.length === 0) return [{ host: "", port: 80 }];
	return listens.flatMap(({ args: [address = ""] }): Listen[] => {
		if (address.startsWith("unix:")) return [];
		if (address.includes("$")) return [{ host: "", port: undefined }];
		const [, host = "", first, last = first] =
			/^(?:(\[.*\]|[^:]*):)?(\d+)(?:-(\d+))?$/.exec(address) ?? [];
		if (first === undefined)
			return [{ host: address.replace(/^\[|\]$/g, ""), port: 80 }];
		const length = Math.min(MAX_PORTS, Number(last) - Number(first) + 1);
		return Array.from({ length: Math.max(1, length) }, (_, i) => ({
			host: host.replace(/^\[|\]$/g, ""),
			port: Number(first) + i,
		}));
	});
}
