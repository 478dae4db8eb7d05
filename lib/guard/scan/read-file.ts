import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { Bad, Unlooked } from "../verdict";
import { factOfDiskError, unreadable } from "./disk-fact";

/** Never through a symlink, never waiting for the other end of a pipe. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Nearly every link, manifest and config is smaller: one read, nothing allocated. */
const SMALL = 64 << 10;
const SHORT = 512;
const small = Buffer.allocUnsafeSlow(SMALL);

export interface FileRead {
	/** All bytes; undefined where there are more than were wanted. The next read overwrites them. */
	readonly bytes: Buffer | undefined;
	readonly size: number;
}

function readRest(fd: number, size: number, have: number): Buffer {
	const bytes = Buffer.allocUnsafe(size);
	small.copy(bytes, 0, 0, have);
	let at = have;
	for (let n = 1; n > 0 && at < size; at += n)
		n = readSync(fd, bytes, at, size - at, null);
	return bytes.subarray(0, at);
}

/**
 * Text of a small file, byte for character; undefined where it takes a closer look to say what it is.
 */
export function readShort(path: string): string | undefined {
	let fd: number | undefined;
	try {
		fd = openSync(path, FLAGS);
		const count = readSync(fd, small, 0, SHORT, null);
		return count > 0 && count < SHORT
			? small.toString("latin1", 0, count)
			: undefined;
	} catch {
		return undefined;
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}

/**
 * Reads a regular file of at most `most` bytes; of a larger one only its size.
 *
 * @param what the file, for people
 */
export function readFile(
	path: string,
	most: number,
	what = path,
): FileRead | Bad | Unlooked {
	let fd: number | undefined;
	try {
		fd = openSync(path, FLAGS);
		const count = readSync(fd, small, 0, SMALL, null);
		if (count > 0 && count < SMALL && count <= most)
			return { bytes: small.subarray(0, count), size: count };
		// an empty read may be a pipe, an endless one a device
		const stat = fstatSync(fd);
		if (!stat.isFile()) return unreadable("a pipe or device");
		if (stat.size > most) return { bytes: undefined, size: stat.size };
		const bytes = readRest(fd, stat.size, Math.min(count, stat.size));
		return { bytes, size: bytes.length };
	} catch (error) {
		return factOfDiskError(error, what);
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}
