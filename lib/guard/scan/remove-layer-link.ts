import { rmdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { isUnlooked, type Unlooked } from "../verdict";
import { factOfDiskError } from "./disk-fact";

/** Removes a link file and the folder that was its own; never anything else. Returns why it could not. */
export function removeLayerLink(path: string): Unlooked | undefined {
	try {
		unlinkSync(path);
		rmdirSync(dirname(path));
		return undefined;
	} catch (error) {
		const fact = factOfDiskError(error, path);
		// somebody else was faster
		return isUnlooked(fact) ? fact : undefined;
	}
}
