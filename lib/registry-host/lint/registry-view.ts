import { type Distribution, distributionOf } from "../distribution";
import type { ComposeService } from "./compose-file";
import { mapOf, textOf, type YamlFile } from "./yaml-file";

/** The file that a registry reads, by the path in its container: 2.8, and 3.x. */
const CONFIG_PATHS = new Set([
	"/etc/docker/registry/config.yml",
	"/etc/distribution/config.yml",
]);

/** A file of the set that is a registry's configuration. */
export interface RegistryConfigFile {
	readonly file: string;
	readonly yaml: YamlFile;
}

/** A registry as far as the set of files shows it: its configuration, its service, or both. */
export interface RegistryView {
	readonly config?: RegistryConfigFile;
	readonly service?: ComposeService;
	/** File of the service. */
	readonly composeFile?: string;
	/** By the tag of its image; undefined where nothing says it. */
	readonly distribution: Distribution | undefined;
	/** A value of its configuration as text; variables of the service beat the file. "" where nobody says it. */
	value(...path: readonly string[]): string;
	/** Where that value, or what is next above it, stands. */
	place(...path: readonly string[]): {
		readonly file: string;
		readonly line: number;
	};
}

/** Whether an image is the registry software by its name. */
export function isRegistryImage(image: string): boolean {
	return /(^|\/)(registry|distribution)(:|@|$)/.test(image);
}

/** Every registry of the set: those that compose starts, and every configuration that none of them mounts. */
export function registryViews(
	configs: readonly RegistryConfigFile[],
	services: readonly {
		readonly file: string;
		readonly service: ComposeService;
	}[],
): readonly RegistryView[] {
	const mounted = new Set<RegistryConfigFile>();
	const started = services
		.filter(({ service }) => isRegistryImage(service.image))
		.map(({ file, service }) => {
			const source = service.mounts.find(
				({ target }) =>
					CONFIG_PATHS.has(target) ||
					(/\.ya?ml$/.test(target) && service.command.includes(target)),
			)?.source;
			const config = source ? nearest(configs, source, file) : undefined;
			if (config) mounted.add(config);
			return view(config, service, file);
		});
	return [
		...started,
		...configs
			.filter((config) => !mounted.has(config))
			.map((each) => view(each)),
	];
}

/** The file of the set that a path of a compose file means: by its name, the one in the compose file's own folder first. */
export function nearest<File extends { readonly file: string }>(
	files: readonly File[],
	path: string,
	from: string,
): File | undefined {
	const name = path.slice(path.lastIndexOf("/") + 1);
	const folder = from.slice(0, from.lastIndexOf("/") + 1);
	const same = files.filter(
		({ file }) => file.slice(file.lastIndexOf("/") + 1) === name,
	);
	return same.find(({ file }) => file === `${folder}${name}`) ?? same[0];
}

function view(
	config?: RegistryConfigFile,
	service?: ComposeService,
	composeFile?: string,
): RegistryView {
	const variable = (path: readonly string[]) =>
		`REGISTRY_${path.join("_").toUpperCase()}`;
	return {
		config,
		service,
		composeFile,
		distribution: service && majorOf(service.image),
		value: (...path) => {
			const own = service?.environment.get(variable(path));
			if (own !== undefined) return own;
			let value: unknown = config?.yaml.root;
			for (const key of path) value = mapOf(value)[key];
			return textOf(value);
		},
		place: (...path) => {
			const name = variable(path);
			if (service && composeFile && (service.environment.has(name) || !config))
				return {
					file: composeFile,
					line: service.environment.has(name)
						? service.lineOfVariable(name)
						: service.line,
				};
			return {
				file: config?.file ?? "",
				line: config?.yaml.lineOf(...path) ?? 1,
			};
		},
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
	return /^(127\.|localhost$|::1$|\[::1\])/.test(host);
}
