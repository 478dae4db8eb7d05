import type { Kind, ProbeMode, Reason } from "../contract";
import type { Finding, Report } from "../finding";
import { NO_LINK } from "./disk-fact";

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
	readonly findings: readonly Omit<Finding, "repair" | "path" | "inUse">[];
};
type Seen = View["findings"][number];

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
	if (got === NO_LINK || got?.startsWith("a link")) return "link";
	switch (reason) {
		case "missing":
		case "dangling-tag":
			return "file";
		case "size":
			return "size";
		case "digest":
		case "unreadable":
			return "content";
		default:
			return "pushed";
	}
}

/** Only the hash of all bytes shows that they are others of the same length. */
function isUnread(kind: Kind, cause: Cause, mode: ProbeMode): boolean {
	const isBlob = kind === "config" || kind === "layer";
	return cause === "content" && isBlob && mode !== "full";
}

function answerOf(
	disk: Seen | undefined,
	seen: Seen | undefined,
	cause: Cause,
	http: View,
): Answer {
	if (!disk) return "outdated";
	if (seen) return "fails";
	if (http.outcome !== "complete") return "unknown";
	return isUnread(disk.kind, cause, http.mode) ? "unread" : "from-memory";
}

function row(
	disk: Seen | undefined,
	seen: Seen | undefined,
	views: { readonly disk: View; readonly http: View },
): Diagnosis {
	const either = disk ?? seen;
	if (!either) throw new Error("a row of nothing");
	const { repository, tags, digest, kind } = either;
	const isDeeper =
		!disk && seen?.reason === "digest" && views.disk.mode !== "full";
	const cause = disk ? causeOf(disk) : isDeeper ? "content" : "none";
	const answer = isDeeper ? "fails" : answerOf(disk, seen, cause, views.http);
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

const keyOf = ({ repository, digest }: Seen) => `${repository} ${digest}`;

/**
 * Joins what the scan of a store and a probe of its registry found, node by node: what is wrong with each, and what
 * the difference between the two means. HTTP shows no digest where a tag leads nowhere: there the tag is the key.
 */
export function diagnose(disk: View, http: View): readonly Diagnosis[] {
	const views = { disk, http };
	const byDigest = new Map<string, Seen>();
	const byTag = new Map<string, Seen>();
	for (const each of http.findings) {
		if (each.digest !== null) byDigest.set(keyOf(each), each);
		else
			for (const tag of each.tags) byTag.set(`${each.repository} ${tag}`, each);
	}
	const joined = new Set<Seen>();
	const rows = disk.findings.map((finding) => {
		const { repository, tags, kind } = finding;
		const same =
			byDigest.get(keyOf(finding)) ??
			(kind === "tag" ? byTag.get(`${repository} ${tags[0]}`) : undefined);
		for (const tag of kind === "tag" ? tags : []) {
			const other = byTag.get(`${repository} ${tag}`);
			if (other) joined.add(other);
		}
		if (same) joined.add(same);
		return row(finding, same, views);
	});
	const alone = http.findings.filter((each) => !joined.has(each));
	return [...rows, ...alone.map((each) => row(undefined, each, views))];
}
