import { lstatSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { isUnlooked, type Unlooked } from "../verdict";
import { factOfDiskError } from "./disk-fact";

/**
 * Removes a link file and the folder that was its own; never anything else. Returns why it did not.
 *
 * @param blob the data file that it leads to: where that is there by now, a push has brought it back
 */
export function removeLayerLink(
	path: string,
	blob: string,
): Unlooked | undefined {
	try {
		if (lstatSync(blob, { throwIfNoEntry: false }))
			return { unlooked: "moved", detail: `${blob}: there again` };
		unlinkSync(path);
		rmdirSync(dirname(path));
		return undefined;
	} catch (error) {
		const fact = factOfDiskError(error, path);
		// somebody else was faster
		return isUnlooked(fact) ? fact : undefined;
	}
}
