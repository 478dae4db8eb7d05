import { isDigest, knownAlgorithm } from "../../oci/digest";
import { shown } from "../../oci/parse-error";
import { type Bad, isUnlooked, type Unlooked } from "../verdict";
import {
	absent,
	NO_FILE,
	NO_LINK,
	SOMETHING_ELSE,
	unreadable,
} from "./disk-fact";
import { readFile, readShort } from "./read-file";

/** Longer than any digest. */
const MOST = 512;

/**
 * The digest that a link file holds. The registry takes nothing else beside it, not even a line break: where there is
 * more or less it answers 500.
 *
 * @param usual what it holds nearly always: known to be a digest
 */
export function readLink(
	path: string,
	usual?: string,
): string | Bad | Unlooked {
	if (usual !== undefined && readShort(path) === usual) return usual;
	const read = readFile(path, MOST);
	if (!("size" in read)) {
		if (isUnlooked(read)) return read;
		return read.got === NO_FILE
			? absent(NO_LINK)
			: unreadable(SOMETHING_ELSE + read.got);
	}
	const { bytes, size } = read;
	if (!bytes) return unreadable(`a link of ${size} bytes`);
	const text = bytes.toString("latin1");
	if (isDigest(text) && knownAlgorithm(text)) return text;
	return unreadable(
		size === 0 ? "a link of 0 bytes" : `a link that holds ${shown(text)}`,
	);
}
