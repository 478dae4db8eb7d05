import { dirname } from "node:path";
import type { Reason } from "../contract";
import type { PathStep, Repair } from "../finding";
import { judge } from "../judge";
import { printable } from "../printable";
import { reach, type Suspect } from "../reach";
import { planRepair, quote, type Unrepaired } from "../repair";
import { isUnlooked } from "../verdict";
import type { BlobFolder } from "./blob-folder";
import { SOMETHING_ELSE, saysLink } from "./disk-fact";
import { DiskWalk } from "./disk-walk";
import { LenientLinks, type MadeLink } from "./lenient-links";
import type { RepositoryFolder } from "./repository-folder";

/** Stands for the registry's host, which the disk does not know; the shell puts it in. */
const HOST = "REGISTRY";
const NOTE =
	"# on the registry's host, then restart the registry; collect no garbage before this is mended";
const LOST: ReadonlySet<Reason> = new Set([
	"missing",
	"unreadable",
	"dangling-tag",
]);
/** Links that the commands write out. */
const MOST_LINKS = 100;

export interface RepairContext {
	/** Path of the store, for the commands. */
	readonly store: string;
	readonly folder: RepositoryFolder;
	readonly blobs: BlobFolder;
	readonly isCache: boolean;
	/** The digest that the finding's first tag names. */
	readonly root: string | undefined;
}

const isBlob = ({ kind }: PathStep) => kind === "config" || kind === "layer";

/** What a tag without a link of its own must have named: only where it never named anything else. */
function onlyNamed(
	{ references: [tag = ""] }: Suspect,
	folder: RepositoryFolder,
): string | undefined {
	const [only, ...others] = folder.tagHistory(tag);
	return others.length === 0 ? only : undefined;
}

/** What is still wrong if all links were there, and the links that are not. */
function withLinks(
	suspect: Suspect,
	{ folder, blobs, root }: RepairContext,
): { readonly reason?: Reason; readonly links: readonly MadeLink[] } {
	const lenient = new LenientLinks(folder);
	const walk = new DiskWalk(lenient, blobs, undefined);
	const { digest, kind, mediaType, size } = suspect;
	const carrier = suspect.path.findLast((step) => !isBlob(step))?.digest;
	const named = suspect.role === "blob" ? carrier : digest || root;
	const start = named ?? onlyNamed(suspect, folder);
	const gone = { reason: "missing", links: lenient.made } as const;
	if (start === undefined) return gone;
	if (named === undefined) {
		const [tag = ""] = suspect.references;
		lenient.made.push({ path: folder.tagLink(tag), digest: start });
	}
	walk.run(start);
	if (suspect.role === "blob") {
		const to = walk.nodes.blobs.get(digest);
		const bad = to && judge({ to, kind, mediaType, size, platform: undefined });
		if (!to || (bad && isUnlooked(bad))) return gone;
		const links = lenient.made.filter((made) => made.digest === digest);
		return { ...(bad && { reason: bad.reason }), links };
	}
	const { suspects, doubts } = reach(walk);
	const own = suspects.find((each) => each.digest === start)?.bad;
	if (own) return { reason: own.reason, links: lenient.made };
	// what hangs under it is gone too: only a push brings all of it back
	const isWhole = suspects.length === 0 && doubts.length === 0;
	return isWhole ? { links: lenient.made } : gone;
}

/** `REGISTRY/` of a command as a variable of the shell, also inside quotes. */
function withVariable(command: string): string {
	return command
		.replaceAll(`'${HOST}/`, `"$${HOST}"'/`)
		.replace(new RegExp(`(?<!["$])\\b${HOST}/`, "g"), `"$${HOST}"/`);
}

/** Nobody pushes to a cache: what is wrong is removed, and the next pull brings it from upstream. */
function refetch(
	{ digest, tags }: Unrepaired,
	{ store, folder, blobs }: RepairContext,
): Repair {
	const tag = dirname(dirname(folder.tagLink(tags[0] ?? "")));
	const wrong =
		digest === null
			? [tag]
			: [
					dirname(blobs.pathOf(digest)),
					dirname(folder.revisionLink(digest)),
					dirname(folder.layerLink(digest)),
				];
	return {
		action: "replace-file",
		commands: [
			`rm -rf ${wrong.map(quote).join(" ")} # on the cache's host, then restart the cache and pull again`,
			`cdktf-registry-guard scan ${quote(store)} --cache`,
		],
	};
}

/**
 * What to do about a finding of the disk scan. `relink`: all bytes that it needs are there, only links are lost, and
 * the commands write them. `$REGISTRY` in a command is the registry's `host[:port]`, `$COPY` any place that still holds
 * the image.
 */
export function planDiskRepair(
	finding: Unrepaired,
	suspect: Suspect,
	context: RepairContext,
): Repair {
	if (context.isCache) return refetch(finding, context);
	// a link that is wrong is no better than none, whatever the bytes it leads to look like
	const isLost = LOST.has(suspect.bad.reason) || saysLink(finding.got);
	const { reason, links } = isLost
		? withLinks(suspect, context)
		: { reason: finding.reason, links: [] };
	const plan = planRepair(
		{ ...finding, reason: reason ?? "missing" },
		`https://${HOST}`,
		context.root,
	);
	// part of a comment, which must stay one line
	const folder = ` ${printable(context.store)}/docker/registry/`;
	const commands = plan.commands.map((each) =>
		withVariable(each).replace(" docker/registry/", () => folder),
	);
	if (reason || links.length === 0 || links.length > MOST_LINKS)
		return { action: plan.action, commands };
	const [, verify = ""] = commands;
	// a folder, a pipe or a device in its place: nothing can be written there
	const isOther = finding.got?.startsWith(SOMETHING_ELSE);
	const written = links.map(({ path, digest }) => {
		const where = quote(dirname(path));
		return `${isOther ? `rm -rf ${where} && ` : ""}mkdir -p ${where} && printf %s ${digest} > ${where}/link`;
	});
	return {
		action: "relink",
		commands: [`${written.shift()} ${NOTE}`, ...written, verify],
	};
}
