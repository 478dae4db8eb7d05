import type { Place, Report } from "./host-rules";
import { type Doors, isPublic } from "./nginx-doors";
import { isInclude } from "./nginx-includes";
import {
	backendsOf,
	type Placed,
	type ProxyTarget,
	proxyTarget,
} from "./nginx-view";
import type { NginxDirective } from "./parse-nginx";
import { portOf, type RegistryView } from "./registry-view";

/** As a prefix, or as an expression with alternatives. */
const METRICS_PATH = /^\^?\/\(?(\?:)?(metrics|debug)\b/;
/** What means everybody. */
const ALL = /^(all|0\.0\.0\.0\/0|::\/0)$/;

/** Metrics that nginx hands to whoever asks. */
export function lintNginxMetrics(
	placed: Placed,
	all: readonly Placed[],
	doors: Doors,
	registries: readonly RegistryView[],
	placeOf: (directive: NginxDirective) => Place,
	report: Report,
): void {
	const { directive, around } = placed;
	const server = around.find(({ name }) => name === "server");
	if (!isMetrics(placed, all, registries)) return;
	if (server && !isPublic(server, doors)) return;
	if (isGuarded([directive, ...[...around].reverse()])) return;
	report(
		"metrics-public",
		placeOf(directive),
		`got ${[directive.name, ...directive.args].join(" ")} for everybody`,
		"add: allow 10.0.20.0/24; deny all;",
	);
}

/** What hands out metrics: a location of that name, nginx's own, or the debug port of a registry. */
function isMetrics(
	placed: Placed,
	all: readonly Placed[],
	registries: readonly RegistryView[],
): boolean {
	const { name, args } = placed.directive;
	if (name === "stub_status") return true;
	if (name === "location") return METRICS_PATH.test(args.at(-1) ?? "");
	const paths = placed.around
		.filter((each) => each.name === "location")
		.map((each) => each.args.at(-1) ?? "");
	const isBelow = paths.some((path) => METRICS_PATH.test(path));
	if (name !== "proxy_pass" || isBelow) return false;
	// no debug port serves that
	const isApi = paths.some((path) => path.startsWith("/v2"));
	const found = backendsOf(placed, all);
	return (found.length > 0 ? found : [proxyTarget(args[0] ?? "")]).some(
		(each) =>
			/^\/(metrics|debug)\b/.test(each.uri) ||
			(!isApi && isDebugPort(each, registries)),
	);
}

/** By the registry's configuration; the usual one where that is not among the files. */
function isDebugPort(
	{ host, port }: ProxyTarget,
	registries: readonly RegistryView[],
): boolean {
	const registry = registries.find(
		({ config, service }) => config && service?.names.includes(host),
	);
	return registry
		? Number(port) === portOf(registry.value("http", "debug", "addr"))
		: port === "5001";
}

/** Whether not everybody gets in: by the rules of the innermost block that has some, or by who they are. */
function isGuarded(levels: readonly NginxDirective[]): boolean {
	const blocks = levels.map(({ block = [] }) => block);
	const nearest = (names: readonly string[]) =>
		blocks
			.map((block) => block.filter(({ name }) => names.includes(name)))
			.find((each) => each.length > 0) ?? [];
	// the first that fits decides
	const everybody = nearest(["allow", "deny"]).find(({ args }) =>
		ALL.test(args[0] ?? ""),
	);
	const isOn = (name: string) =>
		nearest([name]).some(({ args }) => args[0] !== "off");
	const refuses = (block: readonly NginxDirective[]) =>
		block.some(
			({ name, args }) => name === "return" && /^4\d\d$/.test(args[0] ?? ""),
		);
	return (
		everybody?.name === "deny" ||
		["auth_basic", "auth_request", "auth_jwt"].some(isOn) ||
		nearest(["ssl_verify_client"]).some(({ args }) => args[0] === "on") ||
		blocks.some(
			(block) =>
				refuses(block) ||
				block.some(
					(each) =>
						each.name === "internal" ||
						(each.name === "if" && refuses(each.block ?? [])),
				),
		) ||
		// what could not be found may say it
		levels.some(
			({ name, block = [] }) => name === "location" && block.some(isInclude),
		)
	);
}
