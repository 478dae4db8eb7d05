import { compareText } from "../broken-tags";
import { isUnlooked, type Unlooked } from "../verdict";
import { isNoUtf8, noUtf8, symlink } from "./disk-fact";
import { listFolder } from "./list-folder";

/** Names of all repositories below `docker/registry/v2/repositories`, in order, and what could not be listed on the way. */
export function listRepositories(path: string): {
	readonly names: readonly string[];
	readonly troubles: readonly Unlooked[];
} {
	const found: string[] = [];
	const troubles: Unlooked[] = [];
	const names = [""];
	for (let name = names.pop(); name !== undefined; name = names.pop()) {
		const at = name === "" ? path : `${path}/${name}`;
		const listed = listFolder(at);
		if (!("folders" in listed)) {
			if (isUnlooked(listed)) troubles.push(listed);
			// what is only gone since says nothing
			else if (isNoUtf8(name)) troubles.push(noUtf8(at));
			continue;
		}
		const { folders, symlinks } = listed;
		for (const each of symlinks) troubles.push(symlink(`${at}/${each}`));
		if (folders.includes("_manifests") || folders.includes("_layers"))
			found.push(name);
		const below = folders
			.filter((each) => !each.startsWith("_"))
			.sort(compareText);
		for (const each of below.reverse())
			names.push(name === "" ? each : `${name}/${each}`);
	}
	return { names: found, troubles };
}
