import { list, record } from "../../raw";
import {
	distinctPorts,
	type PublishedPort,
	publishedPorts,
} from "./compose-ports";
import type { PlacedVariable, Variables } from "./compose-variables";
import type { Place } from "./host-rules";
import { textOf, type YamlMap } from "./yaml-file";

/** What the lint asks of a service, with all that the project's files say about it. */
export interface ComposeService {
	/** Which files it is started with: what else runs beside it. */
	readonly project: string;
	readonly name: string;
	/** Names under which other containers reach it. */
	readonly names: readonly string[];
	/** Names that it alone knows others by: links, extra hosts. */
	readonly ownNames: readonly string[];
	readonly place: Place;
	/** Whether the files say what it runs; an override by itself does not. */
	readonly isWhole: boolean;
	/** Whether its image is made here, whatever it is called then. */
	readonly isBuilt: boolean;
	/** "" for a service that has none. */
	readonly image: string;
	readonly imagePlace: Place;
	readonly environment: ReadonlyMap<string, PlacedVariable>;
	readonly ports: readonly PublishedPort[];
	/** Paths in the container, by what is mounted there; the first of a path counts. */
	readonly mounts: readonly Mount[];
	/** As it is written. */
	readonly healthcheck: YamlMap;
	/** Whether it is started with the others: not only when its profile or a run asks for it. */
	readonly isAlwaysUp: boolean;
	/** `host`, where its ports are the machine's own, published or not; `service:NAME`; "" for networks of its own. */
	readonly networkMode: string;
	/** Entrypoint and command as one line of words. */
	readonly command: string;
	readonly commandPlace: Place;
	/** Values of its labels, which other programs (a scheduler) run. */
	readonly labels: readonly string[];
	readonly labelsPlace: Place;
	/** Keys that forget what stands below them: `!reset` and `!override`. */
	readonly forgets: ReadonlySet<string>;
}

/** A file or a folder in a container. */
export interface Mount {
	readonly source: string;
	readonly target: string;
}

/** What the text of a service does not say itself. */
export interface ServiceSurroundings {
	readonly project: string;
	placeOf(...path: readonly (string | number)[]): Place;
	/** Whether a key carries one of Compose's own tags. */
	forgets(key: string): boolean;
	/** Path of a file of the host. */
	pathOf(source: string): string;
	/** What a config of the project is mounted from. */
	configSource(name: string, target: string): string;
	readonly variables: Variables;
	/** What its env files say. */
	readonly fileVariables: ReadonlyMap<string, PlacedVariable>;
	/** Whether it extends one that cannot be found. */
	readonly isElsewhere: boolean;
}

/** A service of one file, its variables put in. */
export function readService(
	name: string,
	value: YamlMap,
	around: ServiceSurroundings,
): ComposeService {
	const at = around.placeOf;
	const said = (key: string) => list(value[key]).map(textOf);
	return {
		project: around.project,
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
		place: at(),
		isWhole: ["image", "build", "extends", "provider"].some(
			(key) => value[key] !== undefined,
		),
		isBuilt: value.build !== undefined,
		image: textOf(value.image),
		imagePlace: at("image"),
		environment: new Map([
			...around.fileVariables,
			...environmentOf(value.environment, around),
		]),
		ports: distinctPorts(
			list(value.ports).flatMap((each, i) =>
				publishedPorts(each, at("ports", i)),
			),
		),
		mounts: [
			...list(value.volumes)
				.map(mountOf)
				.map(({ source, target }) => ({
					source: around.pathOf(source),
					target,
				})),
			...list(value.configs)
				.map(mountOf)
				.map(({ source, target }) => {
					const path = target || `/${source}`;
					return { source: around.configSource(source, path), target: path };
				}),
		],
		healthcheck: {
			// what stands in the other file may have one
			...(around.isElsewhere ? { test: "inherited" } : {}),
			...record(value.healthcheck),
		},
		isAlwaysUp: list(value.profiles).length === 0,
		networkMode: textOf(value.network_mode),
		command: [...said("entrypoint"), ...said("command")].join(" "),
		commandPlace: at(value.command === undefined ? "entrypoint" : "command"),
		labels: (Array.isArray(value.labels)
			? value.labels
			: Object.values(record(value.labels))
		).map(textOf),
		labelsPlace: at("labels"),
		forgets: new Set(Object.keys(value).filter(around.forgets)),
	};
}

/** What Compose makes of a service and another of its name over it. */
export function overridden(
	below: ComposeService,
	over: ComposeService,
): ComposeService {
	const { forgets } = over;
	const hasOwn = {
		image: over.image !== "" || over.isBuilt,
		command: over.command !== "" || forgets.has("command"),
		labels: over.labels.length > 0,
	};
	const base = {
		...below,
		environment: forgets.has("environment") ? [] : below.environment,
		ports: forgets.has("ports") ? [] : below.ports,
		mounts: forgets.has("volumes") ? [] : below.mounts,
		healthcheck: forgets.has("healthcheck") ? {} : below.healthcheck,
		labels: forgets.has("labels") ? [] : below.labels,
		isAlwaysUp: forgets.has("profiles") || below.isAlwaysUp,
	};
	return {
		project: over.project,
		name: over.name,
		names: [
			...new Set([
				...over.names,
				...base.names.filter((each) => each !== base.name),
			]),
		],
		ownNames: [...base.ownNames, ...over.ownNames],
		// where its name stands first, unless what is told there is said by the other
		place:
			base.name === over.name && Object.keys(over.healthcheck).length === 0
				? base.place
				: over.place,
		isWhole: base.isWhole || over.isWhole,
		isBuilt: base.isBuilt || over.isBuilt,
		image: hasOwn.image ? over.image : base.image,
		imagePlace: (hasOwn.image ? over : base).imagePlace,
		environment: new Map([...base.environment, ...over.environment]),
		ports: distinctPorts([...base.ports, ...over.ports]),
		mounts: [...over.mounts, ...base.mounts],
		healthcheck: { ...base.healthcheck, ...over.healthcheck },
		isAlwaysUp: base.isAlwaysUp && over.isAlwaysUp,
		networkMode: over.networkMode || base.networkMode,
		command: hasOwn.command ? over.command : base.command,
		commandPlace: (hasOwn.command ? over : base).commandPlace,
		labels: [...base.labels, ...over.labels],
		labelsPlace: (hasOwn.labels ? over : base).labelsPlace,
		forgets: new Set([...below.forgets, ...forgets]),
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

function environmentOf(
	value: unknown,
	{ placeOf, variables }: ServiceSurroundings,
): (readonly [string, PlacedVariable])[] {
	const entries: readonly (readonly [string, unknown, string | number])[] =
		Array.isArray(value)
			? value.map((each, i) => {
					const [name = "", ...rest] = textOf(each).split("=");
					return [name, rest.length > 0 ? rest.join("=") : null, i];
				})
			: Object.entries(record(value)).map(([name, each]) => [name, each, name]);
	return entries.map(([name, each, key]) => [
		name,
		{
			// what has no value of its own is handed through
			value: each === null ? (variables.get(name) ?? "") : textOf(each),
			place: placeOf("environment", key),
		},
	]);
}

function mountOf(value: unknown): Mount {
	const long = record(value);
	if (long.target !== undefined || long.source !== undefined)
		return { source: textOf(long.source), target: textOf(long.target) };
	const [source = "", target = ""] = textOf(value).split(":");
	return { source, target };
}
