import { basename, dirname, join, resolve } from "node:path";
import { compareText } from "../broken-tags";
import { isUnlooked, type Unlooked } from "../verdict";
import { isNoUtf8, noUtf8, symlink } from "./disk-fact";
import { listFolder } from "./list-folder";
import { isProxyConfig } from "./proxy-config";
import { readFile } from "./read-file";

const LAYOUT = ["docker", "registry", "v2"] as const;
/** Tarballs for the day when no registry runs: no store, and nothing of the scan's. */
const BREAKGLASS = "_breakglass";
/** Of a file system's own at its top, for root alone. */
const LOST_FOUND = "lost+found";
const MAX_CONFIG = 1 << 20;

export interface Store {
	/** Of its folder. */
	readonly name: string;
	readonly path: string;
	/** `docker/registry/v2`; undefined where it was never written to. */
	readonly root: string | undefined;
	readonly isCache: boolean;
}

export interface FoundStores {
	readonly stores: readonly Store[];
	readonly troubles: readonly Unlooked[];
}

/** The layout's folder below a store, reached without following a symlink. */
function rootOf(store: string): string | Unlooked | undefined {
	let path = store;
	for (const name of LAYOUT) {
		const listed = listFolder(path);
		if (!("folders" in listed)) return isUnlooked(listed) ? listed : undefined;
		path = join(path, name);
		if (listed.symlinks.includes(name)) return symlink(path);
		if (!listed.folders.includes(name)) return undefined;
	}
	const listed = listFolder(path);
	const moved = "folders" in listed && listed.symlinks[0];
	return moved ? symlink(join(path, moved)) : path;
}

/**
 * Whether a config near a store makes it a cache: `config-<store>.yml`, or a `config.yml` that names its path, in the
 * folder above it or one further up; undefined where there is none.
 */
function saysProxy(path: string): boolean | undefined {
	const above = dirname(path);
	for (const folder of [above, dirname(above)])
		for (const name of [`config-${basename(path)}.yml`, "config.yml"]) {
			const read = readFile(join(folder, name), MAX_CONFIG);
			const text = "size" in read ? read.bytes?.toString() : undefined;
			if (text && (name !== "config.yml" || text.includes(path)))
				return isProxyConfig(text);
		}
	return undefined;
}

/** Only a proxy keeps a list of what to forget. */
function hasSchedule(path: string): boolean {
	const read = readFile(join(path, "scheduler-state.json"), 0);
	return "size" in read;
}

function noStore(path: string, more = ""): Unlooked {
	return {
		unlooked: "wrong-backend",
		detail: `${path}: got no ${LAYOUT.join("/")} in it${more}, wanted a store`,
	};
}

/**
 * The stores at or below a folder, by name.
 *
 * @param isCache said by the user of all of them
 */
export function findStores(base: string, isCache: boolean): FoundStores {
	// the one symlink that is followed: it was named
	const path = resolve(base);
	const listed = listFolder(path);
	if (!("folders" in listed)) {
		const trouble: Unlooked = isUnlooked(listed)
			? listed
			: {
					unlooked: "wrong-backend",
					detail: `${base}: got ${listed.got}, wanted a store or a parent of stores`,
				};
		return { stores: [], troubles: [trouble] };
	}
	const storeAt = (at: string, root: string | undefined): Store => ({
		name: basename(at),
		path: at,
		root,
		isCache: isCache || (saysProxy(at) ?? hasSchedule(at)),
	});
	const own = rootOf(path);
	if (typeof own === "string")
		return { stores: [storeAt(path, own)], troubles: [] };
	if (own) return { stores: [], troubles: [own] };
	const stores: Store[] = [];
	const troubles = listed.symlinks.map((name) => symlink(join(path, name)));
	for (const name of [...listed.folders].sort(compareText)) {
		const at = join(path, name);
		if (name === BREAKGLASS || name === LOST_FOUND) continue;
		const root = rootOf(at);
		const isProxy = root === undefined ? saysProxy(at) : undefined;
		// nothing was pulled through this cache yet
		if (typeof root === "string") stores.push(storeAt(at, root));
		else if (root) troubles.push(root);
		else if (isNoUtf8(name)) troubles.push(noUtf8(at));
		else if (isProxy) stores.push(storeAt(at, undefined));
		else if (isProxy === false) troubles.push(noStore(at));
	}
	if (stores.length > 0 || troubles.length > 0) return { stores, troubles };
	const store = storeAt(path, undefined);
	return store.isCache && listed.folders.length === 0
		? { stores: [store], troubles }
		: { stores, troubles: [noStore(base, " nor one level below")] };
}
