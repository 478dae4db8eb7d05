import { compareText } from "../broken-tags";
import { isUnlooked, type Unlooked } from "../verdict";
import { symlink } from "./disk-fact";
import { listFolder } from "./list-folder";
import { RepositoryFolder } from "./repository-folder";

/** Every repository below `docker/registry/v2/repositories`, by name, and what could not be listed on the way. */
export function* listRepositories(
	path: string,
): Generator<RepositoryFolder | Unlooked> {
	const names = [""];
	for (let name = names.pop(); name !== undefined; name = names.pop()) {
		const at = name === "" ? path : `${path}/${name}`;
		const folder = listFolder(at);
		if (!("folders" in folder)) {
			if (isUnlooked(folder)) yield folder;
			continue;
		}
		for (const each of folder.symlinks) yield symlink(`${at}/${each}`);
		const { folders } = folder;
		if (folders.includes("_manifests") || folders.includes("_layers"))
			yield new RepositoryFolder(name, at, folder);
		const below = folders
			.filter((each) => !each.startsWith("_"))
			.sort(compareText);
		for (const each of below.reverse())
			names.push(name === "" ? each : `${name}/${each}`);
	}
}
