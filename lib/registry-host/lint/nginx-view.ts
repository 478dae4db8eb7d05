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
	target: ProxyTarget,
	all: readonly Placed[],
): readonly ProxyTarget[] {
	if (!target.host.includes("$")) return [target];
	return valuesOf(target.host, all).map((value) => {
		const { host, port } = proxyTarget(value);
		return { ...target, host, port: port || target.port };
	});
}

function valuesOf(variable: string, all: readonly Placed[]): readonly string[] {
	const name = variable.replace(/^\$\{?|\}$/g, "");
	return all.flatMap(({ directive }) => {
		const [first = "", second = ""] = directive.args;
		if (directive.name === "set" && first === `$${name}`) return [second];
		if (directive.name === "map" && second === `$${name}`)
			return (directive.block ?? [])
				.filter((each) => each.name !== "hostnames" && each.name !== "volatile")
				.flatMap(({ args }) => args[0] ?? []);
		return [];
	});
}

/** Ports that a server listens on; 80 where it does not say. */
export function listenPorts(server: NginxDirective): readonly number[] {
	const listens = (server.block ?? []).filter(({ name }) => name === "listen");
	if (listens.length === 0) return [80];
	return listens.flatMap(({ args: [address = ""] }) => {
		if (address.startsWith("unix:")) return [];
		const port = /^(?:.*:)?(\d+)$/.exec(address)?.[1];
		return [port === undefined ? 80 : Number(port)];
	});
}

/** What is included everywhere and neither listens nor proxies. */
const HARMLESS = /(^|\/)(mime\.types|\w+_params|modules-enabled\/.*)$/;

/** Whether an include may bring servers and locations. */
export function isInclude({ name, args }: NginxDirective): boolean {
	return name === "include" && !HARMLESS.test(args[0] ?? "");
}

export function hasIncludes(directives: readonly NginxDirective[]): boolean {
	return [...directivesOf(directives)].some(({ directive }) =>
		isInclude(directive),
	);
}
