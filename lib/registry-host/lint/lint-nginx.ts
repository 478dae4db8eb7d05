import type { Report } from "./host-rules";
import {
	directivesOf,
	isInclude,
	isName,
	listenPorts,
	type Placed,
	proxyTarget,
	targetsOf,
} from "./nginx-view";
import type { NginxDirective } from "./parse-nginx";

const WITH_VARIABLE =
	"write: resolver 127.0.0.11 valid=10s ipv6=off; set $up NAME; proxy_pass http://$up:PORT; and nothing behind the port";

/** What is wrong with an nginx configuration by itself; `files` are the others of the set. */
export function lintNginx(
	file: string,
	directives: readonly NginxDirective[],
	files: readonly string[],
	report: Report,
): void {
	const all = [...directivesOf(directives)];
	const at = (line: number) => ({ file, line });
	lintUpstreams(all, (line, reason, fix, severity) =>
		report("static-upstream", at(line), reason, fix, severity),
	);
	for (const placed of all) {
		const { directive } = placed;
		const { name, args, line } = directive;
		if (name === "proxy_pass")
			lintHost(placed, (reason, where) =>
				report(
					"host-without-port",
					at(where),
					reason,
					"write: proxy_set_header Host $http_host;",
				),
			);
		if (isInFragment(placed) && isBareHost(args))
			report(
				"host-without-port",
				at(line),
				`got Host ${args[1]} in a file for servers of other files; whether their ports are the scheme's own cannot be seen`,
				"write: proxy_set_header Host $http_host;",
				"warning",
			);
		if (
			name === "proxy_cache_path" &&
			!args.some((each) => /^max_size=[1-9]/.test(each))
		)
			report(
				"cache-without-eviction",
				at(line),
				`got proxy_cache_path ${args[0] ?? ""} without max_size`,
				"add max_size=50g (and inactive=24h: the default is ten minutes)",
			);
		if (isMetrics(placed) && !hasAllowList(placed))
			report(
				"metrics-public",
				at(line),
				`got ${[name, ...args].join(" ")} for everybody`,
				"add: allow 10.0.20.0/24; deny all;",
			);
		if (isInclude(directive) && !isGiven(args[0] ?? "", files))
			report(
				"include-not-followed",
				at(line),
				`got include ${args[0] ?? ""}`,
				"name the included files too",
				"warning",
			);
	}
}

const MAX_STARS = 8;

/** Whether an included file is among those of the set: by its name, of several (`conf.d/*.conf`) by their folder's too. */
function isGiven(path: string, files: readonly string[]): boolean {
	const end = (each: string, parts: number) =>
		each.split("/").slice(-parts).join("/");
	if (!/[*?]/.test(path))
		return files.some((each) => end(each, 1) === end(path, 1));
	// more than any path has, and a pattern of so many stars takes for ever
	if (path.split(/[*?]+/).length > MAX_STARS) return false;
	const pattern = new RegExp(
		`^${end(path, 2)
			.replace(/[.+^${}()|[\]\\]/g, "\\$&")
			.replace(/\*+/g, "[^/]*")
			.replaceAll("?", "[^/]")}$`,
	);
	return files.some((each) => pattern.test(end(each, 2)));
}

type Tell = (
	line: number,
	reason: string,
	fix: string,
	severity?: "warning",
) => void;

/** The whole file: one literal name defeats the variables that name the same. */
function lintUpstreams(all: readonly Placed[], tell: Tell): void {
	const groups = new Set<string>();
	for (const { directive } of all) {
		if (directive.name !== "upstream" || !directive.block) continue;
		const group = directive.args[0] ?? "";
		groups.add(group);
		for (const server of directive.block) {
			const [address = "", ...parameters] = server.args;
			const { host } = proxyTarget(address);
			if (
				server.name === "server" &&
				isName(host) &&
				!parameters.includes("resolve")
			)
				tell(
					server.line,
					`upstream ${group}: got the name ${host}, which nginx resolves once`,
					`${WITH_VARIABLE}; or an address; or, from nginx 1.27.3 on, server ${address} resolve; with a zone`,
				);
		}
	}
	const passes = all.filter(({ directive }) => directive.name === "proxy_pass");
	const variables = passes.filter(({ directive }) =>
		directive.args[0]?.includes("$"),
	);
	for (const { directive } of passes) {
		const { host, port } = proxyTarget(directive.args[0] ?? "");
		if (!isName(host) || groups.has(host)) continue;
		const defeated = variables.filter(({ directive: other }) => {
			const targets = targetsOf(proxyTarget(other.args[0] ?? ""), all);
			return targets.some((each) => each.host === host && each.port === port);
		});
		const lines = defeated.map((each) => each.directive.line).join(", ");
		tell(
			directive.line,
			`got the literal name ${host}, which nginx resolves once${lines ? `, and which defeats the variable of line ${lines}` : ""}`,
			WITH_VARIABLE,
		);
	}
	for (const placed of variables) lintVariable(placed, groups, all, tell);
}

function lintVariable(
	{ directive, around }: Placed,
	groups: ReadonlySet<string>,
	all: readonly Placed[],
	tell: Tell,
): void {
	const target = proxyTarget(directive.args[0] ?? "");
	const { host, uri } = target;
	const { line } = directive;
	const values = host.includes("$")
		? targetsOf(target, all).map((each) => each.host)
		: [];
	const group = values.find((value) => groups.has(value));
	if (group !== undefined)
		tell(
			line,
			`got a variable that names the upstream group ${group}: the group wins, with the address of its start`,
			"give the variable the service's own name, and remove the group",
		);
	// the one path that comes in may as well go to one path
	const isExact = around.at(-1)?.args[0] === "=";
	if (uri !== "" && !uri.includes("$") && !isExact)
		tell(
			line,
			`got ${uri} behind a variable: every request goes to that one path`,
			WITH_VARIABLE,
		);
	const isAsked = values.length === 0 || values.some(isName);
	if (!host.includes("$") || !isAsked) return;
	const scopes = [...around.flatMap(({ block }) => block ?? [])];
	const top = all
		.filter((each) => each.around.length === 0)
		.map((each) => each.directive);
	const resolver = [...scopes, ...top].find(({ name }) => name === "resolver");
	// a file that is included says it elsewhere
	const isWhole = around.some(
		({ name }) => name === "http" || name === "stream",
	);
	if (!resolver && isWhole)
		tell(
			line,
			"got a variable and no resolver: nginx cannot find any name at run time and answers 502",
			WITH_VARIABLE,
		);
	if (resolver && !resolver.args.some((each) => each.startsWith("valid=")))
		tell(
			resolver.line,
			`got resolver ${resolver.args.join(" ")} without valid=: a name is believed for its record's time, 600 s of Docker's`,
			"add valid=10s",
			"warning",
		);
}

/** The Host that a backend is told, where the server's port is not the scheme's own. */
function lintHost(
	{ directive, around }: Placed,
	tell: (reason: string, line: number) => void,
): void {
	const server = around.find(({ name }) => name === "server");
	if (!server || around.some(({ name }) => name === "stream")) return;
	const odd = listenPorts(server).find((port) => port !== 80 && port !== 443);
	if (odd === undefined) return;
	// headers are inherited only where a block sets none of its own
	const headers = [...around]
		.reverse()
		.map(({ block = [] }) =>
			block.filter(({ name }) => name === "proxy_set_header"),
		)
		.find((each) => each.length > 0);
	const host = headers?.find(({ args }) => /^host$/i.test(args[0] ?? ""));
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
			`got no Host header for the backend of port ${odd}: it is told nginx's own name for it`,
			directive.line,
		);
	else if (isBareHost(host.args))
		tell(
			`got Host ${host.args[1]} on a port that is not the scheme's own`,
			host.line,
		);
}

/** A header that stands where some server includes it. */
function isInFragment({ directive, around }: Placed): boolean {
	return (
		directive.name === "proxy_set_header" &&
		around.every(({ name }) => name === "location" || name === "if")
	);
}

/** Whether a header is a Host that drops the port. */
function isBareHost([header = "", value = ""]: readonly string[]): boolean {
	return (
		/^host$/i.test(header) &&
		/^\$\{?(host|server_name|hostname|proxy_host)\}?$/.test(value)
	);
}

/** As a prefix, or as an expression with alternatives. */
const METRICS_PATH = /^\^?\/\(?(\?:)?(metrics|debug)\b/;

/** What hands out metrics: a location of that name, nginx's own, or a backend's usual debug port. */
function isMetrics({ directive, around }: Placed): boolean {
	const { name, args } = directive;
	if (name === "stub_status") return true;
	if (name === "location") return METRICS_PATH.test(args.at(-1) ?? "");
	const isBelow = around.some(
		(each) =>
			each.name === "location" && METRICS_PATH.test(each.args.at(-1) ?? ""),
	);
	return (
		name === "proxy_pass" &&
		!isBelow &&
		(proxyTarget(args[0] ?? "").port === "5001" ||
			/^\/(metrics|debug)\b/.test(proxyTarget(args[0] ?? "").uri))
	);
}

function hasAllowList({ directive, around }: Placed): boolean {
	const blocks = [directive, ...around].flatMap(({ block }) => block ?? []);
	// the first that fits decides
	const first = blocks.find(
		({ name, args }) => /^(allow|deny)$/.test(name) && args[0] === "all",
	);
	return blocks.some(
		({ name, args }) =>
			first?.name === "deny" ||
			(name === "auth_basic" && args[0] !== "off") ||
			name === "internal" ||
			(name === "return" && /^4\d\d$/.test(args[0] ?? "")),
	);
}
