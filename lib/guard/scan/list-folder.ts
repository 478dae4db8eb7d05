import { readdirSync } from "node:fs";
import type { Bad, Unlooked } from "../verdict";
import { factOfDiskError } from "./disk-fact";

export interface Folder {
	/** Names of folders, in no order. */
	readonly folders: readonly string[];
	/** Names of symlinks, whatever they point at: nobody follows them. */
	readonly symlinks: readonly string[];
}

/** What is in a folder; other files are of no interest. */
export function listFolder(path: string): Folder | Bad | Unlooked {
	try {
		const folders: string[] = [];
		const symlinks: string[] = [];
		for (const entry of readdirSync(path, { withFileTypes: true })) {
			if (entry.isDirectory()) folders.push(entry.name);
			else if (entry.isSymbolicLink()) symlinks.push(entry.name);
		}
		return { folders, symlinks };
	} catch (error) {
		return factOfDiskError(error, path);
	}
}
