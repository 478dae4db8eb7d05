import type { Reason, RepairAction } from "./contract";
import type { Finding, PathStep, Repair } from "./finding";

/** A finding that nobody has said yet what to do about. */
export type Unrepaired = Omit<Finding, "repair">;

const ACTIONS: Readonly<Record<Reason, RepairAction>> = {
	missing: "repush",
	"dangling-tag": "repush",
	mismatch: "repush",
	// the file is there: a push would take it for the right one and leave it
	size: "replace-file",
	digest: "replace-file",
	unreadable: "replace-file",
	// its bytes are what was pushed: every copy is as wrong
	"media-type": "rebuild",
	invalid: "rebuild",
};

/** Verify commands name at most so many tags. */
const TAGS = 10;
const SAFE = /^[A-Za-z0-9._:/@+-]+$/;

/** A word for a shell: names in a registry are whatever somebody pushed, and may not be names at all. */
export function quote(word: string): string {
	return SAFE.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Text for a comment: one line, whatever it holds. */
function plain(text: string): string {
	return text.replace(/[^\x20-\x7e]/g, "?");
}

/** Where distribution keeps the bytes of a blob or manifest. */
function folderOf(digest: string): string {
	const [algorithm = "", hex = ""] = digest.split(":");
	return `docker/registry/v2/blobs/${algorithm}/${hex.slice(0, 2)}/${hex}`;
}

function preparation({ repository, digest, tags }: Unrepaired): string {
	if (digest !== null) return `remove ${folderOf(digest)}`;
	const folder = `docker/registry/v2/repositories/${repository}/_manifests/tags/${tags[0]}`;
	return `remove ${plain(folder)} and, unless that is a layer, the folder of the blob that its link names`;
}

/** The innermost manifest that brings the bad node with it. */
function carrierOf({ path }: Unrepaired): PathStep | undefined {
	const isBlob = ({ kind }: PathStep) => kind === "config" || kind === "layer";
	return path.findLast((step) => !isBlob(step));
}

/**
 * The image as a whole where one command can copy it; else the manifest that brings the bad node, by digest. skopeo
 * copies no index inside an index, and no referrers; crane does, but leaves alone what is under a manifest that is
 * there.
 */
function pushCommand(
	finding: Unrepaired,
	name: string,
	isHttp: boolean,
	root: string | undefined,
	copy: string | undefined,
): string {
	const { tags, path } = finding;
	const [tag] = tags;
	const isSimple =
		path.filter(({ kind }) => kind === "index").length < 2 &&
		!path.some(({ kind }) => kind === "referrer");
	const carrier = carrierOf(finding);
	const asWhole = (tag !== undefined && isSimple) || !carrier;
	const digest = asWhole ? root : carrier.digest;
	const to = quote(
		asWhole && tag !== undefined ? `${name}:${tag}` : `${name}@${digest}`,
	);
	const from = copy
		? quote(copy)
		: `"$COPY"${digest === undefined ? quote(`:${tag}`) : `@${digest}`}`;
	return !asWhole && carrier.kind === "index"
		? `crane copy${isHttp ? " --insecure" : ""} ${from} ${to}`
		: `skopeo copy --all --preserve-digests${isHttp ? " --dest-tls-verify=false" : ""} docker://${from} docker://${to}`;
}

/**
 * What to do about a finding of an HTTP walk. A push alone exits 0 and leaves most classes broken: a registry skips
 * what its cache believes to hold and never overwrites a file. So every way says restart first, and to remove the file
 * where it is there but wrong. `$COPY` in a command is any place that still holds the image, without tag.
 *
 * @param origin of the registry, `https://host[:port]`
 * @param root digest under the first tag (or the one that was asked for), where it showed one
 * @param copy reference of a whole copy, where one is known
 */
export function planRepair(
	finding: Unrepaired,
	origin: string,
	root: string | undefined,
	copy?: string,
): Repair {
	const { repository, tags, reason } = finding;
	const action = ACTIONS[reason];
	const isHttp = origin.startsWith("http://");
	const name = `${origin.slice(origin.indexOf("//") + 2)}/${repository}`;
	const target =
		tags[0] === undefined ? `${name}@${root}` : `${name}:${tags[0]}`;
	const verified =
		tags.length === 0
			? [target]
			: tags.slice(0, TAGS).map((tag) => `${name}:${tag}`);
	const verify = [
		"cdktf-registry-guard verify",
		...verified.map((each) => quote(isHttp ? `http://${each}` : each)),
		"# and again after the next restart",
	].join(" ");
	if (action === "rebuild")
		return {
			action,
			commands: [
				`${verify}; before it: restart the registry, build the image again and push it, every copy of these bytes is as wrong`,
			],
		};
	const steps = [
		"first, on the registry's host:",
		...(action === "replace-file" ? [`${preparation(finding)},`] : []),
		"restart the registry; collect no garbage before this is mended",
	].join(" ");
	const push = pushCommand(finding, name, isHttp, root, copy);
	return { action, commands: [`${push} # ${steps}`, verify] };
}
