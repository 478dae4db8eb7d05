import type { Distribution } from "../distribution";
import { type ConfigKeys, REGISTRY_CONFIG_KEYS } from "../registry-config-keys";
import type { Report } from "./host-rules";
import { isTrue } from "./lint-compose";
import {
	hasCache,
	isLoopback,
	portOf,
	type RegistryView,
} from "./registry-view";
import type { YamlMap } from "./yaml-file";

/** Keys that people write and that do not do what they say, by their path. */
const TRAPS: Readonly<Record<string, string>> = {
	"proxy.ttl":
		"2.8 keeps what it pulled for seven days whatever is written here; it is a key from 3.0 on",
	"redis.addr":
		"3.x reads addrs, a list; with addr alone it runs without redis",
	"storage.filesystem.maxsize":
		"no version bounds the size of its store: watch the disk instead",
};

/** What is wrong with one registry: its configuration, with what its service says over it. */
export function lintRegistry(
	registry: RegistryView,
	hasCompose: boolean,
	report: Report,
): void {
	lintKeys(registry, report);
	lintVariables(registry, report);
	lintEviction(registry, report);
	lintMetrics(registry, hasCompose, report);
}

function lintKeys(registry: RegistryView, report: Report): void {
	const { config, distribution } = registry;
	if (!config) return;
	const majors: readonly Distribution[] = distribution
		? [distribution]
		: [2, 3];
	const unknown = new Map<
		string,
		{ path: (string | number)[]; by: Distribution[] }
	>();
	for (const major of majors) {
		for (const path of unknownKeys(
			config.yaml.root,
			REGISTRY_CONFIG_KEYS[major],
		)) {
			const key = path.join(".");
			const seen = unknown.get(key) ?? { path, by: [] };
			seen.by.push(major);
			unknown.set(key, seen);
		}
	}
	for (const [key, { path, by }] of unknown) {
		const isSure = by.length === majors.length;
		const whose = distribution
			? `registry ${distribution}.x does not know`
			: isSure
				? "no registry knows, 2.8 or 3.x"
				: `registry ${by[0]}.x does not know; which one it is cannot be seen without its compose file`;
		report(
			"unknown-config-key",
			{ file: config.file, line: config.yaml.lineOf(...path) },
			`got ${key}, which ${whose}`,
			TRAPS[key.replace(/\.\d+\./g, ".")] ??
				"remove it, or write it as the version's configuration reference has it",
			isSure ? "error" : "warning",
		);
	}
}

function unknownKeys(
	value: YamlMap,
	known: ConfigKeys,
	above: readonly (string | number)[] = [],
): (string | number)[][] {
	return Object.entries(value).flatMap(([key, each]) => {
		const path = [...above, key];
		const below = Object.hasOwn(known, key) ? known[key] : undefined;
		if (below === undefined) return [path];
		if (typeof below === "string") return [];
		const isList = Array.isArray(below);
		const keys = (isList ? below[0] : below) as ConfigKeys;
		const items = Array.isArray(each) ? each : [each];
		return items.flatMap((item, i) =>
			typeof item === "object" && item !== null
				? unknownKeys(item, keys, isList ? [...path, i] : path)
				: [],
		);
	});
}

/** Where the file is, and the two keys whose variables go by another name. */
const OTHER_VARIABLES =
	/^(CONFIGURATION_PATH|NOTIFICATIONS_EVENTCONFIG(_\w+)?|COMPATIBILITY_SCHEMA1_TRUSTKEY)$/;

/** Variables of the service: what they say of a key that its version does not know is passed over too. */
function lintVariables(
	{ service, distribution }: RegistryView,
	report: Report,
): void {
	if (!service || !distribution) return;
	for (const [name, { place }] of service.environment) {
		const [, key] = /^REGISTRY_(.+)$/.exec(name) ?? [];
		if (key === undefined || OTHER_VARIABLES.test(key)) continue;
		if (isVariable(key, REGISTRY_CONFIG_KEYS[distribution])) continue;
		const trap = Object.keys(TRAPS).find(
			(each) => each.toUpperCase().replaceAll(".", "_") === key,
		);
		report(
			"unknown-config-key",
			place,
			`${service.name}: got ${name}, which registry ${distribution}.x does not know`,
			TRAPS[trap ?? ""] ??
				"remove it, or write it as the version's configuration reference has it",
		);
	}
}

/** Whether a variable's name without its REGISTRY_ is a key's path; what stands in a list or an open mapping may be anything. */
function isVariable(name: string, known: ConfigKeys): boolean {
	return Object.entries(known).some(([key, below]) => {
		const own = key.toUpperCase();
		if (name === own) return true;
		if (!name.startsWith(`${own}_`)) return false;
		if (typeof below === "string")
			return below === "any" || below === "strings";
		return (
			Array.isArray(below) ||
			isVariable(name.slice(own.length + 1), below as ConfigKeys)
		);
	});
}

function lintEviction(registry: RegistryView, report: Report): void {
	const { distribution, value, place } = registry;
	const remote = value("proxy", "remoteurl");
	if (remote === "") return;
	const deletes = isTrue(value("storage", "delete", "enabled"));
	const remembers = hasCache(registry);
	if (deletes && (distribution !== 3 || remembers))
		report(
			"proxy-with-delete",
			place("storage", "delete", "enabled"),
			`got storage.delete.enabled${remembers ? " with storage.cache.blobdescriptor" : ""} in a cache of ${remote}${distribution ? "" : " (its version is not known without its compose file)"}`,
			distribution === 3
				? "leave storage.cache out: what expires in one repository goes from all of them, and only a registry that remembers no blobs pulls it again"
				: "leave storage.delete out: a cache answers 405 to DELETE anyway, and 2.8 uses it to expire blobs that other images share",
		);
	const ttl = value("proxy", "ttl");
	if (/^-|^0[^1-9]*$/.test(ttl) && distribution !== 2)
		report(
			"cache-without-eviction",
			place("proxy", "ttl"),
			`got proxy.ttl: ${ttl}, which means never`,
			"leave ttl out (seven days) or write a duration (168h)",
		);
	else if (!deletes)
		report(
			"cache-without-eviction",
			place("proxy", "remoteurl"),
			`got a cache of ${remote} that may not delete: expiry fails ("operation unsupported"), and it keeps all it ever pulled`,
			distribution === 3
				? "set storage.delete.enabled: true: on 3.x expiry needs it"
				: "watch the disk (RegistryDiskFilling) and empty one cache at a time; silence this with that as its reason",
			"warning",
		);
}

function lintMetrics(
	registry: RegistryView,
	hasCompose: boolean,
	report: Report,
): void {
	const { service, value, place } = registry;
	const address = value("http", "debug", "addr");
	if (address === "") return;
	const port = portOf(address);
	const host = address.slice(0, address.lastIndexOf(":"));
	if (service) {
		const open = service.ports.filter(
			({ target, host }) =>
				target === port && !isLoopback(host) && !isLoopback(address),
		);
		for (const each of open)
			report(
				"metrics-public",
				each.place,
				`${service.name}: got port ${each.published ?? "of any number"} published ${each.host ? `on ${each.host}` : "to everybody"}`,
				"publish it on nginx instead, in a server with an allow list (allow 10.0.20.0/24; deny all;), or on 127.0.0.1",
			);
		if (service.networkMode === "host" && !isLoopback(address))
			report(
				"metrics-public",
				place("http", "debug", "addr"),
				`${service.name}: got http.debug.addr: ${address} on the host's own network, open to everybody`,
				"listen on 127.0.0.1, or leave network_mode: host out",
			);
	} else if (!hasCompose && !isLoopback(host))
		report(
			"metrics-public",
			place("http", "debug", "addr"),
			`got http.debug.addr: ${address}; who reaches it cannot be seen without the compose file`,
			"listen on 127.0.0.1, or lint it with the compose file that does or does not publish it",
			"warning",
		);
}
