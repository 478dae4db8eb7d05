import { folderOf } from "./compose-paths";
import type { PublishedPort } from "./compose-ports";
import type { ComposeService } from "./compose-service";
import { type Listen, listensOf } from "./nginx-view";
import type { NginxDirective } from "./parse-nginx";
import { isLoopback, nearest } from "./registry-view";

/** A file of the set that is an nginx configuration, with what it includes put in its place. */
export interface NginxFile {
	readonly file: string;
	readonly directives: readonly NginxDirective[];
	/** Paths of the files that are put in. */
	readonly included: readonly string[];
}

/** The configurations that a service of nginx runs with; undefined for one of anything else. */
export function nginxFilesOf(
	{ image, mounts: all }: ComposeService,
	nginxes: readonly NginxFile[],
): readonly NginxFile[] | undefined {
	const mounts = all.filter(({ target }) =>
		/^\/etc\/nginx|\/nginx\/conf/.test(target),
	);
	// the user interface is an nginx too, with a configuration of its own
	const isNginx =
		/(^|\/)(nginx|nginx-unprivileged|openresty)(:|@|$)/.test(image) ||
		(/registry-ui/.test(image) && mounts.length > 0);
	if (!isNginx) return undefined;
	const byPath = nginxes.flatMap((each) =>
		[each.file, ...each.included].map((path) => ({ file: path, is: each })),
	);
	const mounted = mounts.flatMap(
		({ source }) =>
			nearest(byPath, source)?.is ??
			inFolder(byPath, source).map(({ is }) => is),
	);
	const [only, ...more] = nginxes;
	if (mounted.length === 0 && only && more.length === 0) return [only];
	return [...new Set(mounted)];
}

/** The files of the set that lie in a folder of a compose file. */
function inFolder<File extends { readonly file: string }>(
	files: readonly File[],
	path: string,
): readonly File[] {
	const folders = files.map((each) => ({
		file: folderOf(each.file).slice(0, -1),
		each,
	}));
	const folder = nearest(folders, path)?.file;
	return folders.flatMap(({ file, each }) => (file === folder ? [each] : []));
}

/** The ports that the machine publishes for an nginx; undefined where no compose file says it, or all of them are the machine's own. */
export type Doors = readonly PublishedPort[] | undefined;

export function doorsOf(
	nginx: NginxFile,
	nginxes: readonly NginxFile[],
	services: readonly ComposeService[],
): Doors {
	const own = services.filter((each) =>
		nginxFilesOf(each, nginxes)?.includes(nginx),
	);
	if (own.length === 0 || own.some(({ networkMode }) => networkMode === "host"))
		return undefined;
	return own.flatMap(({ ports }) => ports);
}

/** Ports by which clients know a server: the published ones, or its own. */
export function outerPorts(server: NginxDirective, doors: Doors): number[] {
	return listensOf(server).flatMap(({ port }) => {
		const published = behind(port, doors).flatMap(
			(door) => door.published ?? [],
		);
		return published.length > 0 ? published : (port ?? []);
	});
}

/** Whether anybody but the machine itself, and its other containers, reaches a server. */
export function isPublic(server: NginxDirective, doors: Doors): boolean {
	return listensOf(server).some(
		({ host, port }: Listen) =>
			!isLoopback(host) &&
			(doors === undefined ||
				port === undefined ||
				behind(port, doors).some((door) => !isLoopback(door.host))),
	);
}

function behind(port: number | undefined, doors: Doors): PublishedPort[] {
	return (doors ?? []).filter(({ target }) => target === port);
}
