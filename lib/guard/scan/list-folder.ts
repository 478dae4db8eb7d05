import { readdirSync } from "node:fs";
import type { Bad, Unlooked } from "../verdict";
import { factOfDiskError } from "./disk-fact";

export interface Folder {
	/** Names of folders, in no order. */
	readonly folders: readonly string[];
	/** Names of symlinks, whatever they point at: nobody follows them. */
	readonly symlinks: readonly string[];
	/** Names of files and whatever else. */
	readonly others: readonly string[];
}

/** What is in a folder. */
export function listFolder(path: string): Folder | Bad | Unlooked {
	try {
		const folders: string[] = [];
		const symlinks: string[] = [];
		const others: string[] = [];
		for (const entry of readdirSync(path, { withFileTypes: true })) {
			if (entry.isDirectory()) folders.push(entry.name);
			else (entry.isSymbolicLink() ? symlinks : others).push(entry.name);
		}
		return { folders, symlinks, others };
	} catch (error) {
		return factOfDiskError(error, path);
	}
}
