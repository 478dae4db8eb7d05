import { randomUUID } from "node:crypto";
import {
	chmodSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";

/** undefined where nothing is there. */
export function isFile(path: string): boolean | undefined {
	return statSync(path, { throwIfNoEntry: false })?.isFile();
}

/**
 * Replaces a file in one step, so that a reader never sees half of it; devices and pipes are written to as they are.
 *
 * @param isForAll others may read it, whatever the umask says
 */
export function writeAtomically(
	path: string,
	text: string,
	isForAll = false,
): void {
	const exists = isFile(path);
	if (exists === false) {
		writeFileSync(path, text);
		return;
	}
	// what a link points at is replaced, not the link
	const target = exists ? realpathSync(path) : path;
	const temporary = `${target}.${randomUUID()}.tmp`;
	try {
		writeFileSync(temporary, text, { flag: "wx" });
		if (isForAll) chmodSync(temporary, 0o644);
		renameSync(temporary, target);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
}
