import {
	listOf,
	mapOf,
	parseYamlFile,
	textOf,
	type YamlFile,
} from "./yaml-file";

/** A port that a service publishes. */
export interface PublishedPort {
	/** Address on the host; "" is all of them. */
	readonly host: string;
	readonly published: number;
	/** The container's. */
	readonly target: number;
	readonly line: number;
}

/** What the lint asks of a service of a compose file. */
export interface ComposeService {
	readonly name: string;
	/** Names under which other containers reach it. */
	readonly names: readonly string[];
	readonly line: number;
	/** Whether the file says what it runs; an override does not. */
	readonly isWhole: boolean;
	/** With the defaults of its variables put in; "" for a service that is built. */
	readonly image: string;
	readonly imageLine: number;
	readonly environment: ReadonlyMap<string, string>;
	lineOfVariable(name: string): number;
	readonly ports: readonly PublishedPort[];
	/** Paths in the container, by what is mounted there. */
	readonly mounts: readonly {
		readonly source: string;
		readonly target: string;
	}[];
	readonly hasHealthcheck: boolean;
	/** Whether its ports are the machine's own, published or not. */
	readonly isOnHostNetwork: boolean;
	/** Entrypoint and command as one line of words. */
	readonly command: string;
	readonly commandLine: number;
	/** Values of its labels, which other programs (a scheduler) run. */
	readonly labels: readonly string[];
	readonly labelsLine: number;
}

/** A range of ports that is longer is no longer written out. */
const MAX_RANGE = 1000;

/** @throws LintSyntaxError for what is no YAML mapping. */
export function parseCompose(text: string): readonly ComposeService[] {
	const file = parseYamlFile(text);
	return Object.entries(mapOf(file.root.services)).map(([name, value]) =>
		service(file, name, mapOf(value)),
	);
}

function service(
	file: YamlFile,
	name: string,
	value: Readonly<Record<string, unknown>>,
): ComposeService {
	const at = (...path: (string | number)[]) =>
		file.lineOf("services", name, ...path);
	const environment = environmentOf(value.environment);
	const health = mapOf(value.healthcheck);
	const [test] = listOf(health.test);
	return {
		name,
		names: [
			name,
			textOf(value.container_name),
			textOf(value.hostname),
			...Object.values(mapOf(value.networks)).flatMap((network) =>
				listOf(mapOf(network).aliases).map(textOf),
			),
		].filter(Boolean),
		line: at(),
		isWhole: value.image !== undefined || value.build !== undefined,
		image: withDefaults(textOf(value.image)),
		imageLine: at("image"),
		environment,
		lineOfVariable: (variable) => {
			if (!Array.isArray(value.environment)) return at("environment", variable);
			const i = value.environment.findIndex((each) =>
				textOf(each).startsWith(`${variable}=`),
			);
			return at("environment", Math.max(0, i));
		},
		ports: listOf(value.ports).flatMap((each, i) =>
			portsOf(each, at("ports", i)),
		),
		mounts: [...listOf(value.volumes), ...listOf(value.configs)].map(mountOf),
		hasHealthcheck:
			value.healthcheck !== undefined &&
			!/^(true|yes|on)$/i.test(textOf(health.disable)) &&
			textOf(test) !== "NONE",
		isOnHostNetwork: value.network_mode === "host",
		command: [...listOf(value.entrypoint), ...listOf(value.command)]
			.map(textOf)
			.join(" "),
		commandLine: at(value.command === undefined ? "entrypoint" : "command"),
		labels: (Array.isArray(value.labels)
			? value.labels
			: Object.values(mapOf(value.labels))
		).map(textOf),
		labelsLine: at("labels"),
	};
}

/** `${VAR:-x}` and `${VAR-x}` are x: what runs where nobody says otherwise. */
function withDefaults(text: string): string {
	return text.replace(/\$\{\w+:?-([^}]*)\}/g, "$1");
}

function environmentOf(value: unknown): ReadonlyMap<string, string> {
	if (!Array.isArray(value))
		return new Map(
			Object.entries(mapOf(value)).map(([name, each]) => [
				name,
				withDefaults(textOf(each)),
			]),
		);
	return new Map(
		value.map((each) => {
			const [name = "", ...rest] = textOf(each).split("=");
			return [name, withDefaults(rest.join("="))];
		}),
	);
}

function portsOf(value: unknown, line: number): PublishedPort[] {
	const long = mapOf(value);
	const text =
		long.target === undefined
			? withDefaults(textOf(value))
			: `${textOf(long.host_ip)}:${textOf(long.published)}:${textOf(long.target)}`;
	const [, host = "", published, target = ""] =
		/^(?:(\[[^\]]*\]|[^:]*):)??(?:([\d-]*):)?([\d-]+)(?:\/\w+)?$/.exec(text) ??
		[];
	// without a published port Docker takes any free one
	if (!published) return [];
	const from = range(published);
	const to = range(target);
	return from.slice(0, to.length).map((each, i) => ({
		host: host.replace(/^\[|\]$/g, ""),
		published: each,
		target: to[i] ?? 0,
		line,
	}));
}

function range(text: string): number[] {
	const [first = 0, last = first] = text.split("-").map(Number);
	const length = Math.min(MAX_RANGE, Math.max(0, last - first) + 1);
	return Array.from({ length }, (_, i) => first + i);
}

function mountOf(value: unknown): { source: string; target: string } {
	const long = mapOf(value);
	if (long.target !== undefined)
		return { source: textOf(long.source), target: textOf(long.target) };
	const [source = "", target = ""] = textOf(value).split(":");
	return { source, target };
}
