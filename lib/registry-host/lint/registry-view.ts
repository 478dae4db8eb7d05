import { record } from "../../raw";
import { type Distribution, distributionOf } from "../distribution";
import type { ComposeService } from "./compose-service";
import type { Place } from "./host-rules";
import { textOf, type YamlFile } from "./yaml-file";

/** The file that a registry reads, by the path in its container: 2.8, and 3.x. */
const CONFIG_PATHS = [
	"/etc/docker/registry/config.yml",
	"/etc/distribution/config.yml",
];

/** A file of the set that is a registry's configuration. */
export interface RegistryConfigFile {
	readonly file: string;
	readonly yaml: YamlFile;
}

/** A registry as far as the set of files shows it: its configuration, its service, or both. */
export interface RegistryView {
	readonly config?: RegistryConfigFile;
	readonly service?: ComposeService;
	/** By the tag of its image; undefined where nothing says it. */
	readonly distribution: Distribution | undefined;
	/** A value of its configuration as text; variables of the service beat the file. "" where nobody says it. */
	value(...path: readonly string[]): string;
	/** Where that value, or what is next above it, stands. */
	place(...path: readonly string[]): Place;
}

/** Whether it remembers which blobs it has; `layerinfo` is the key's old name. */
export function hasCache({ value }: RegistryView): boolean {
	return ["blobdescriptor", "layerinfo"].some(
		(key) => value("storage", "cache", key) !== "",
	);
}

/** Whether an image is the registry software by its name. */
export function isRegistryImage(image: string): boolean {
	return /(^|\/)(registry|distribution)(:|@|$)/.test(image);
}

/** Every registry of the set: those that compose starts, and every configuration that none of them mounts. */
export function registryViews(
	configs: readonly RegistryConfigFile[],
	services: readonly ComposeService[],
): readonly RegistryView[] {
	const mounted = new Set<RegistryConfigFile>();
	const started = services
		.filter(({ image }) => isRegistryImage(image))
		.map((service) => {
			const source = configSource(service);
			const config = source ? nearest(configs, source) : undefined;
			if (config) mounted.add(config);
			return view(config, service);
		});
	return [
		...started,
		...configs
			.filter((config) => !mounted.has(config))
			.map((each) => view(each)),
	];
}

/** What a service mounts as its configuration: the file, the folder that holds it, or a file that its command names. */
function configSource({ mounts, command }: ComposeService): string | undefined {
	for (const { source, target } of mounts) {
		const isNamed = /\.ya?ml$/.test(target) && command.includes(target);
		if (CONFIG_PATHS.includes(target) || isNamed) return source;
		const folder = `${target.replace(/\/$/, "")}/`;
		const path = CONFIG_PATHS.find((each) => each.startsWith(folder));
		if (path) return `${source}/${path.slice(folder.length)}`;
	}
	return undefined;
}

/** The file of the set that a path of a compose file means: of its name, the one with most of its folders. */
export function nearest<File extends { readonly file: string }>(
	files: readonly File[],
	path: string,
): File | undefined {
	const exact = files.find(({ file }) => file === path);
	if (exact) return exact;
	const wanted = partsOf(path);
	let best: { readonly file: File; readonly same: number } | undefined;
	// a text of a compose file is no other file
	for (const file of files.filter((each) => !each.file.includes("#"))) {
		const parts = partsOf(file.file);
		let same = 0;
		while (same < parts.length && parts.at(-1 - same) === wanted.at(-1 - same))
			same++;
		if (same > (best?.same ?? 0)) best = { file, same };
	}
	return best?.file;
}

function partsOf(path: string): string[] {
	return path.split("/").filter((each) => each !== "" && each !== ".");
}

function view(
	config?: RegistryConfigFile,
	service?: ComposeService,
): RegistryView {
	const variable = (path: readonly string[]) =>
		service?.environment.get(`REGISTRY_${path.join("_").toUpperCase()}`);
	return {
		config,
		service,
		distribution: service && majorOf(service.image),
		value: (...path) => {
			const own = variable(path);
			if (own) return own.value;
			let value: unknown = config?.yaml.root;
			for (const key of path) value = record(value)[key];
			return textOf(value);
		},
		place: (...path) =>
			variable(path)?.place ??
			(config
				? { file: config.file, line: config.yaml.lineOf(...path) }
				: (service?.place ?? { file: "", line: 1 })),
	};
}

/** Of a tag that floats (`registry:2`) too. */
function majorOf(image: string): Distribution | undefined {
	const floating = /:([23])(-\w+)?$/.exec(image)?.[1];
	return floating ? (Number(floating) as Distribution) : distributionOf(image);
}

/** Port of an address as Go listens on it (`:5001`, `127.0.0.1:5001`); undefined for none. */
export function portOf(address: string): number | undefined {
	const port = /:(\d+)$/.exec(address)?.[1];
	return port === undefined ? undefined : Number(port);
}

/** Whether only the machine, or the container, itself reaches it. */
export function isLoopback(host: string): boolean {
	return /^(127\.|localhost(:\d+)?$|::1$|\[::1\])/.test(host);
}
