import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { startDigest } from "../../oci/digest";
import type { Bad, Unlooked } from "../verdict";
import { factOfDiskError } from "./disk-fact";
import type { Pace } from "./pace";

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CHUNK = 1 << 20;

/** Hashes a file of any size in little memory. */
export async function hashFile(
	path: string,
	digest: string,
	pace: Pace,
): Promise<
	{ readonly size: number; readonly digest: string } | Bad | Unlooked
> {
	let fd: number | undefined;
	try {
		fd = openSync(path, FLAGS);
		// no more than there was: what grows meanwhile would never end
		const most = fstatSync(fd).size;
		const hash = startDigest(digest);
		const chunk = Buffer.allocUnsafe(CHUNK);
		let size = 0;
		while (size < most && !pace.isOver) {
			const count = readSync(fd, chunk, 0, CHUNK, null);
			if (count === 0) break;
			hash?.update(chunk.subarray(0, count));
			size += count;
			await pace.breathe();
		}
		if (pace.isOver) return { unlooked: "deadline", detail: "no time left" };
		return { size, digest: hash?.end() ?? digest };
	} catch (error) {
		return factOfDiskError(error, path);
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}
