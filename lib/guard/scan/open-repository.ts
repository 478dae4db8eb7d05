import { isUnlooked, type Unlooked } from "../verdict";
import { listFolder } from "./list-folder";
import { RepositoryFolder } from "./repository-folder";

/**
 * A repository's folder as it is now; why not, where it cannot be listed.
 *
 * @param root `docker/registry/v2`
 */
export function openRepository(
	root: string,
	name: string,
): RepositoryFolder | Unlooked {
	const path = `${root}/repositories/${name}`;
	const folder = listFolder(path);
	if ("folders" in folder) return new RepositoryFolder(name, path, folder);
	return isUnlooked(folder)
		? folder
		: { unlooked: "moved", detail: `${path}: gone since it was listed` };
}
