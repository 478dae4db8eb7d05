import type { Kind, ProbeMode, Reason } from "../contract";
import type { Finding, PathStep, Report } from "../finding";
import { saysLink } from "./disk-fact";

/** What is wrong on the disk. `pushed`: the bytes are what somebody pushed; `none`: nothing. */
export type Cause = "link" | "file" | "size" | "content" | "pushed" | "none";

/**
 * How the registry answers. `fails`: the walk over HTTP sees it too; `from-memory`: as if nothing had happened, until
 * it is started again; `outdated`: as if nothing had been mended, until it is started again; `unread`: that walk did
 * not read far enough; `unknown`: it was not complete.
 */
export type Answer =
	| "fails"
	| "from-memory"
	| "outdated"
	| "unread"
	| "unknown";

/** One node as the disk and as HTTP tell it: a row of the truth table. */
export interface Diagnosis {
	readonly repository: string;
	readonly tags: readonly string[];
	readonly digest: string | null;
	readonly kind: Kind;
	/** What the scan said of it; null: whole. */
	readonly disk: Reason | null;
	/** What the walk over HTTP said of it; null: whole. */
	readonly http: Reason | null;
	readonly cause: Cause;
	readonly answer: Answer;
	readonly text: string;
}

/** The part of a report that says what was found, and how far it looked. */
export type View = Pick<Report, "mode" | "outcome"> & {
	readonly findings: readonly Seen[];
};
interface Seen extends Omit<Finding, "repair" | "path" | "inUse"> {
	readonly path: readonly Pick<PathStep, "digest">[];
}

/** What each cause means, for people. */
export const CAUSES: Readonly<Record<Cause, string>> = {
	link: "the repository's link is lost or unreadable",
	file: "the file with the bytes is gone",
	size: "the file has another size than its descriptor says",
	content: "the file has the right size and other bytes",
	pushed: "the bytes are as they were pushed, and wrong",
	none: "the disk is whole",
};

/** What each answer means, for people; follows the cause. */
export const ANSWERS: Readonly<Record<Answer, string>> = {
	fails: "and the registry cannot serve it",
	"from-memory":
		"and the registry still answers from its memory: its next restart breaks this",
	outdated:
		"and the registry calls it bad: it remembers what was before, restart it and probe again; if that stays, it serves another store or not this format",
	unread:
		"and the probe did not read far enough to see it: probe with --mode full",
	unknown: "and the probe did not see all of the registry",
};

function causeOf({ reason, got }: Seen): Cause {
	if (saysLink(got)) return "link";
	// a registry that remembers a length, and has nothing to send
	if (/^(0 bytes,|no byte)/.test(got ?? "")) return "file";
	switch (reason) {
		case "missing":
		case "dangling-tag":
			return "file";
		case "size":
			return "size";
		case "unreadable":
			// on disk that is something else in its place; over HTTP a 500: what is there does not parse
			return got?.startsWith("a ") ? "file" : "content";
		case "digest":
			return "content";
		default:
			return "pushed";
	}
}

const keyOf = ({ repository, digest }: Seen) => `${repository} ${digest}`;

/** Only the hash of all bytes shows that they are others of the same length. */
function isUnread(kind: Kind, cause: Cause, mode: ProbeMode): boolean {
	const isBlob = kind === "config" || kind === "layer";
	return cause === "content" && isBlob && mode !== "full";
}

/** What one of the two found, the tags that lead nowhere apart: HTTP shows no digest of them. */
class Found {
	readonly view: View;
	readonly byDigest = new Map<string, Seen>();
	readonly byTag = new Map<string, Seen>();

	constructor(view: View) {
		this.view = view;
		for (const each of view.findings) {
			if (each.digest !== null) this.byDigest.set(keyOf(each), each);
			if (each.kind === "tag" || each.digest === null)
				for (const tag of each.tags)
					this.byTag.set(`${each.repository} ${tag}`, each);
		}
	}

	/** Whether it never got to what the other one found: something above it is bad, on every way that is known. */
	isCutAbove({ repository, tags, path, digest }: Seen): boolean {
		const isBad = (above: string) =>
			above !== digest && this.byDigest.has(`${repository} ${above}`);
		return (
			path.some((step) => isBad(step.digest)) ||
			(tags.length > 0 &&
				tags.every((tag) => this.byTag.has(`${repository} ${tag}`)))
		);
	}
}

function answerOf(
	disk: Seen | undefined,
	seen: Seen | undefined,
	cause: Cause,
	http: Found,
): Answer {
	if (!disk) return "outdated";
	if (seen) return "fails";
	const { outcome, mode } = http.view;
	if (outcome !== "complete" || http.isCutAbove(disk)) return "unknown";
	return isUnread(disk.kind, cause, mode) ? "unread" : "from-memory";
}

function row(
	disk: Seen | undefined,
	seen: Seen | undefined,
	found: { readonly disk: Found; readonly http: Found },
): Diagnosis {
	const either = disk ?? seen;
	if (!either) throw new Error("a row of nothing");
	const { repository, tags, digest, kind } = either;
	// what the scan did not get to is as HTTP says
	const { outcome, mode } = found.disk.view;
	const isUnseen =
		!disk &&
		((either.reason === "digest" && mode !== "full") ||
			outcome !== "complete" ||
			found.disk.isCutAbove(either));
	const cause = disk || isUnseen ? causeOf(either) : "none";
	const answer = isUnseen ? "fails" : answerOf(disk, seen, cause, found.http);
	return {
		repository,
		tags,
		digest,
		kind,
		disk: disk?.reason ?? null,
		http: seen?.reason ?? null,
		cause,
		answer,
		text: `${CAUSES[cause]}, ${ANSWERS[answer]}`,
	};
}

/**
 * Joins what the scan of a store and a probe of its registry found, node by node: what is wrong with each, and what
 * the difference between the two means. HTTP shows no digest where a tag leads nowhere: there the tag is the key.
 */
export function diagnose(disk: View, http: View): readonly Diagnosis[] {
	const found = { disk: new Found(disk), http: new Found(http) };
	const { byDigest, byTag } = found.http;
	const joined = new Set<Seen>();
	const rows = disk.findings.map((finding) => {
		const { repository, tags, kind } = finding;
		const same =
			(kind === "tag" ? byTag.get(`${repository} ${tags[0]}`) : undefined) ??
			byDigest.get(keyOf(finding));
		for (const tag of kind === "tag" ? tags : []) {
			const other = byTag.get(`${repository} ${tag}`);
			if (other) joined.add(other);
		}
		if (same) joined.add(same);
		return row(finding, same, found);
	});
	const alone = http.findings.filter((each) => !joined.has(each));
	return [...rows, ...alone.map((each) => row(undefined, each, found))];
}
