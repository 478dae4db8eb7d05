import type { Place, Report } from "./host-rules";
import { isName, type Placed, proxyTarget, targetsOf } from "./nginx-view";
import type { NginxDirective } from "./parse-nginx";

const WITH_VARIABLE =
	"write: resolver 127.0.0.11 valid=10s ipv6=off; set $up NAME; proxy_pass http://$up:PORT; and nothing behind the port";

/** Names that nginx resolves once. The whole file: one literal name defeats the variables that name the same. */
export function lintUpstreams(
	all: readonly Placed[],
	placeOf: (directive: NginxDirective) => Place,
	report: Report,
): void {
	const tell: Tell = (directive, reason, fix, severity) =>
		report("static-upstream", placeOf(directive), reason, fix, severity);
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
					server,
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
		const defeated = variables.filter((other) =>
			targetsOf(other, all).some(
				(each) => each.host === host && each.port === port,
			),
		);
		const lines = defeated.map((each) => each.directive.line).join(", ");
		tell(
			directive,
			`got the literal name ${host}, which nginx resolves once${lines ? `, and which defeats the variable of line ${lines}` : ""}`,
			WITH_VARIABLE,
		);
	}
	for (const placed of variables) lintVariable(placed, groups, all, tell);
}

type Tell = (
	directive: NginxDirective,
	reason: string,
	fix: string,
	severity?: "warning",
) => void;

function lintVariable(
	placed: Placed,
	groups: ReadonlySet<string>,
	all: readonly Placed[],
	tell: Tell,
): void {
	const { directive, around } = placed;
	const { host, uri: own } = proxyTarget(directive.args[0] ?? "");
	const targets = host.includes("$") ? targetsOf(placed, all) : [];
	const group = targets.find((each) => groups.has(each.host))?.host;
	if (group !== undefined)
		tell(
			directive,
			`got a variable that names the upstream group ${group}: the group wins, with the address of its start`,
			"give the variable the service's own name, and remove the group",
		);
	// the one path that comes in may as well go to one path
	const isExact = around.at(-1)?.args[0] === "=";
	const uri = [own, ...targets.map((each) => each.uri)].find(
		(each) => each !== "" && !each.includes("$"),
	);
	if (uri !== undefined && !isExact)
		tell(
			directive,
			`got ${uri} behind a variable: every request goes to that one path`,
			WITH_VARIABLE,
		);
	const isAsked =
		targets.length === 0 ||
		targets.some((each) => isName(each.host) && !groups.has(each.host));
	if (!host.includes("$") || !isAsked) return;
	const scopes = around.flatMap(({ block }) => block ?? []);
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
			directive,
			"got a variable and no resolver: nginx cannot find any name at run time and answers 502",
			WITH_VARIABLE,
		);
	if (resolver && !resolver.args.some((each) => each.startsWith("valid=")))
		tell(
			resolver,
			`got resolver ${resolver.args.join(" ")} without valid=: a name is believed for its record's time, 600 s of Docker's`,
			"add valid=10s",
			"warning",
		);
}
