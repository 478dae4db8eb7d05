import type { InconclusiveReason } from "../contract";
import { errorText } from "../error-text";
import type { Bad, Unlooked } from "../verdict";

/** In the closed set of reasons, which HTTP gave its words: what nobody may read is `auth`. */
const UNLOOKED: Readonly<Record<string, InconclusiveReason>> = {
	EACCES: "auth",
	EPERM: "auth",
	// opened with O_NOFOLLOW
	ELOOP: "protocol",
};

/** What `got` says where a repository has no link to a digest, and where it has one and there are no bytes. */
export const NO_LINK = "no link";
export const NO_BLOB = "no blob";
export const NO_FILE = "no such file";
/** Where something is in the place of a link that is no file. */
export const SOMETHING_ELSE = "a link: ";

/** Whether what was got is about a link, and not about what it leads to. */
export function saysLink(got: string | null): boolean {
	return got === NO_LINK || got?.startsWith("a link") === true;
}

export function absent(got: string): Bad {
	return { reason: "missing", expected: null, got };
}

/** There, and nothing that a registry can read: it answers 500. */
export function unreadable(got: string): Bad {
	return { reason: "unreadable", expected: null, got };
}

export function symlink(what: string): Unlooked {
	return { unlooked: "protocol", detail: `${what} is a symlink: not followed` };
}

/** A name that node cannot give back: nothing below it can be opened. */
export function isNoUtf8(name: string): boolean {
	return name.includes("\uFFFD");
}

export function noUtf8(what: string): Unlooked {
	return {
		unlooked: "protocol",
		detail: `${what}: got a name that is no UTF-8`,
	};
}

/**
 * What a failure to read a path says: absent, there but no file, or nothing at all (it could not be looked at).
 *
 * @param what the path, or words for it, for people
 */
export function factOfDiskError(error: unknown, what: string): Bad | Unlooked {
	const { code = "" } = Object(error) as NodeJS.ErrnoException;
	// a folder in place of a file is no blob to the registry either
	if (code === "ENOENT" || code === "EISDIR")
		return absent(code === "ENOENT" ? NO_FILE : "a folder");
	if (code === "ENOTDIR") return unreadable("a file in place of a folder");
	if (code === "ENXIO") return unreadable("a device or socket");
	if (code === "ELOOP") return symlink(what);
	return {
		unlooked: UNLOOKED[code] ?? "server-error",
		detail: `${what}: ${code || errorText(error)}`,
	};
}
