import { type BrokenTags, compareText } from "./broken-tags";
import type { Confirmation } from "./confirm";
import type { Finding } from "./finding";
import type { Suspect } from "./reach";
import { planRepair } from "./repair";
import { type Uses, usesTag } from "./used-images";

export interface FindingsContext {
	/** Of the registry, for the commands of a repair. */
	readonly origin: string;
	readonly repository: string;
	/** How the cluster uses the repository; undefined where nobody knows. */
	readonly uses: Uses | undefined;
	/** Takes the tags. */
	readonly broken: BrokenTags;
}

/** A suspect as the report tells it. */
export function findingOf(
	{ origin, repository, uses, broken }: FindingsContext,
	{ references, digest, path, kind, bad, size }: Suspect,
	rootOf: ReadonlyMap<string, string>,
): Finding {
	const { reason } = bad;
	const below = path.slice(1).map((step) => step.digest);
	const tags = references
		.filter((each) => !each.includes(":"))
		.sort(compareText);
	let inUse: boolean | null = uses ? false : null;
	for (const tag of tags) {
		const isUsed = uses ? usesTag(uses, tag, rootOf.get(tag), below) : null;
		inUse ||= isUsed;
		broken.add({ repository, tag, reason, inUse: isUsed });
	}
	const finding = {
		repository,
		tags,
		digest: digest || null,
		path,
		kind,
		reason,
		expected: bad.expected ?? (size === undefined ? null : `${size} bytes`),
		got: bad.got,
		inUse,
	};
	const root = rootOf.get(tags[0] ?? references[0] ?? "") || undefined;
	return { ...finding, repair: planRepair(finding, origin, root) };
}

export function findingsOf(
	context: FindingsContext,
	{ confirmed, rootOf }: Confirmation,
): Finding[] {
	return confirmed.map((suspect) => findingOf(context, suspect, rootOf));
}

/** By repository, first tag and digest: the same report for the same registry. */
export function compareFindings(a: Finding, b: Finding): number {
	return (
		compareText(a.repository, b.repository) ||
		compareText(a.tags[0] ?? "", b.tags[0] ?? "") ||
		compareText(a.digest ?? "", b.digest ?? "")
	);
}
