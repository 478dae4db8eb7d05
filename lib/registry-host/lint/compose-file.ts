import { list, record } from "../../raw";
import {
	type PublishedPort,
	publishedPorts,
	withDefaults,
} from "./compose-ports";
import {
	parseYamlDocuments,
	textOf,
	type YamlFile,
	type YamlMap,
} from "./yaml-file";

/** What the lint asks of a service of a compose file. */
export interface ComposeService {
	readonly name: string;
	/** Names under which other containers reach it. */
	readonly names: readonly string[];
	/** Names that it alone knows others by: links, extra hosts. */
	readonly ownNames: readonly string[];
	readonly line: number;
	/** Whether the file says what it runs; an override does not. */
	readonly isWhole: boolean;
	/** Whether its image is made here, whatever it is called then. */
	readonly isBuilt: boolean;
	/** With the defaults of its variables put in; "" for a service that has none. */
	readonly image: string;
	readonly imageLine: number;
	readonly environment: ReadonlyMap<string, string>;
	lineOfVariable(name: string): number;
	readonly ports: readonly PublishedPort[];
	/** Paths in the container, by what is mounted there; the first of a path counts. */
	readonly mounts: readonly {
		readonly source: string;
		readonly target: string;
	}[];
	/** As it is written. */
	readonly healthcheck: YamlMap;
	/** Whether it is started with the others: not only when its profile or a run asks for it. */
	readonly isAlwaysUp: boolean;
	/** Whether its ports are the machine's own, published or not. */
	readonly isOnHostNetwork: boolean;
	/** Entrypoint and command as one line of words. */
	readonly command: string;
	readonly commandLine: number;
	/** Values of its labels, which other programs (a scheduler) run. */
	readonly labels: readonly string[];
	readonly labelsLine: number;
}

/** A service and the file that it stands in. */
export interface PlacedService {
	readonly file: string;
	readonly service: ComposeService;
}

/** Services that extend each other in a row; nobody has more, and their ports add up. */
const MAX_BASES = 8;
/** More ports than any service publishes. */
const MAX_PORTS = 1000;

/**
 * Services of a file. A second document is an override of the first, as Compose reads it; `extends` of a service of
 * the same file is put in.
 *
 * @throws LintSyntaxError for what is no YAML mapping.
 */
export function parseCompose(text: string): readonly ComposeService[] {
	const services = new Map<string, ComposeService>();
	const bases = new Map<string, string>();
	for (const file of parseYamlDocuments(text))
		for (const [name, value] of Object.entries(record(file.root.services))) {
			const found = service(file, name, record(value));
			const before = services.get(name);
			services.set(name, before ? overridden(before, found) : found);
			const base = baseOf(record(value).extends);
			if (base !== undefined) bases.set(name, base);
		}
	const whole = (
		name: string,
		below: readonly string[] = [],
	): ComposeService | undefined => {
		const own = services.get(name);
		const base = bases.get(name);
		const under =
			base === undefined || below.length > MAX_BASES || below.includes(name)
				? undefined
				: whole(base, [...below, name]);
		return own && under ? overridden(under, own) : own;
	};
	return [...services.keys()].flatMap((name) => whole(name) ?? []);
}

/** The service of the same file that this one extends. */
function baseOf(value: unknown): string | undefined {
	if (typeof value === "string") return value;
	const { file, service } = record(value);
	return file === undefined && typeof service === "string"
		? service
		: undefined;
}

/** What Compose makes of a service and another of its name over it. */
function overridden(
	base: ComposeService,
	over: ComposeService,
): ComposeService {
	const hasOwn = {
		image: over.image !== "" || over.isBuilt,
		command: over.command !== "",
		labels: over.labels.length > 0,
	};
	return {
		name: over.name,
		names: [
			...new Set([
				...over.names,
				...base.names.filter((each) => each !== base.name),
			]),
		],
		ownNames: [...base.ownNames, ...over.ownNames],
		line: over.line,
		isWhole: base.isWhole || over.isWhole,
		isBuilt: base.isBuilt || over.isBuilt,
		image: hasOwn.image ? over.image : base.image,
		imageLine: (hasOwn.image ? over : base).imageLine,
		environment: new Map([...base.environment, ...over.environment]),
		lineOfVariable: (name) =>
			(over.environment.has(name) ? over : base).lineOfVariable(name),
		ports: [...base.ports, ...over.ports].slice(0, MAX_PORTS),
		mounts: [...over.mounts, ...base.mounts],
		healthcheck: { ...base.healthcheck, ...over.healthcheck },
		isAlwaysUp: base.isAlwaysUp && over.isAlwaysUp,
		isOnHostNetwork: base.isOnHostNetwork || over.isOnHostNetwork,
		command: hasOwn.command ? over.command : base.command,
		commandLine: (hasOwn.command ? over : base).commandLine,
		labels: [...base.labels, ...over.labels],
		labelsLine: (hasOwn.labels ? over : base).labelsLine,
	};
}

function service(file: YamlFile, name: string, value: YamlMap): ComposeService {
	const at = (...path: (string | number)[]) =>
		file.lineOf("services", name, ...path);
	const isElsewhere = record(value.extends).file !== undefined;
	return {
		name,
		names: [
			name,
			textOf(value.container_name),
			textOf(value.hostname),
			...Object.values(record(value.networks)).flatMap((network) =>
				list(record(network).aliases).map(textOf),
			),
		].filter(Boolean),
		ownNames: [
			...namesOf(value.links, (each) => each.split(":").at(-1)),
			...namesOf(value.external_links, (each) => each.split(":").at(-1)),
			...namesOf(value.extra_hosts, (each) => each.split(/[:=]/)[0]),
		],
		line: at(),
		isWhole: value.image !== undefined || value.build !== undefined,
		isBuilt: value.build !== undefined,
		image: withDefaults(textOf(value.image)),
		imageLine: at("image"),
		environment: environmentOf(value.environment),
		lineOfVariable: (variable) => {
			if (!Array.isArray(value.environment)) return at("environment", variable);
			const i = value.environment.findIndex((each) =>
				textOf(each).startsWith(`${variable}=`),
			);
			return at("environment", Math.max(0, i));
		},
		ports: list(value.ports).flatMap((each, i) =>
			publishedPorts(each, at("ports", i)),
		),
		mounts: [
			...list(value.volumes).map(mountOf),
			...list(value.configs).map((each) => {
				const { source, target } = mountOf(each);
				const { file: path } = record(record(file.root.configs)[source]);
				return { source: withDefaults(textOf(path)) || source, target };
			}),
		],
		healthcheck: {
			// what stands in the other file may have one
			...(isElsewhere ? { test: "inherited" } : {}),
			...record(value.healthcheck),
		},
		isAlwaysUp: list(value.profiles).length === 0,
		isOnHostNetwork: value.network_mode === "host",
		command: [...list(value.entrypoint), ...list(value.command)]
			.map((each) => withDefaults(textOf(each)))
			.join(" "),
		commandLine: at(value.command === undefined ? "entrypoint" : "command"),
		labels: (Array.isArray(value.labels)
			? value.labels
			: Object.values(record(value.labels))
		).map(textOf),
		labelsLine: at("labels"),
	};
}

/** Names of a list, or of a mapping's keys. */
function namesOf(
	value: unknown,
	nameOf: (each: string) => string | undefined,
): string[] {
	const entries = Array.isArray(value)
		? value.map(textOf)
		: Object.keys(record(value));
	return entries.flatMap((each) => nameOf(each) || []);
}

function environmentOf(value: unknown): ReadonlyMap<string, string> {
	if (!Array.isArray(value))
		return new Map(
			Object.entries(record(value)).map(([name, each]) => [
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

function mountOf(value: unknown): { source: string; target: string } {
	const long = record(value);
	if (long.target !== undefined || long.source !== undefined)
		return {
			source: withDefaults(textOf(long.source)),
			target: textOf(long.target),
		};
	const [source = "", target = ""] = withDefaults(textOf(value)).split(":");
	return { source, target };
}
