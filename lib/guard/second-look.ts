import type { RegistryClient } from "../oci/client";
import { type Fact, makeNode, type Role } from "./graph";
import { judge } from "./judge";
import { factOfError, lookAtBlob, lookAtManifest } from "./look";
import { type Neighbours, neighbourProblem } from "./neighbour";
import { Queue } from "./queue";
import type { Doubt, Suspect } from "./reach";
import type { Scheduler } from "./scheduler";
import { type Bad, isUnlooked, type Unlooked } from "./verdict";

export interface SecondLookOptions {
	readonly client: RegistryClient;
	readonly repository: string;
	readonly suspects: readonly Suspect[];
	/** Digest that each reference showed. */
	readonly rootOf: ReadonlyMap<string, string>;
	readonly neighbours: Neighbours;
	readonly scheduler: Scheduler;
	/** The references come from the registry's own list: one that is gone from it was deleted. */
	readonly isListed: boolean;
}

/** What the second look comes to. */
export interface SecondLook {
	readonly confirmed: readonly Suspect[];
	readonly doubts: readonly Doubt[];
	/** References that lead somewhere else now, or to what was not there before: to be walked again. */
	readonly changed: ReadonlySet<string>;
}

async function failureOf(
	ask: () => Promise<unknown>,
): Promise<Unlooked | undefined> {
	try {
		await ask();
		return undefined;
	} catch (error) {
		const fact = factOfError(error);
		if (isUnlooked(fact)) return fact;
		return { unlooked: "server-error", detail: `answers ${fact.got}` };
	}
}

/**
 * A 500, and a body that is cut, may be the backend's fault and not the object's: they count as long as a neighbour
 * answers.
 */
function mayBeSick({ bad, cutAt }: Pick<Suspect, "bad" | "cutAt">): boolean {
	return bad.reason === "unreadable" || cutAt !== undefined;
}

/** Why nothing that is seen now can be believed, by what it would be believed about. */
type Obstacles = Readonly<Record<Role | "any", Unlooked | undefined>>;

async function obstacles(options: SecondLookOptions): Promise<Obstacles> {
	const { client, repository, suspects, neighbours } = options;
	const any = await failureOf(() => client.assertHealthy());
	const of = async (role: Role) => {
		const isAsked = suspects.some(
			(each) => each.role === role && mayBeSick(each),
		);
		return isAsked && !any
			? neighbourProblem(client, repository, role, neighbours[role])
			: undefined;
	};
	return { any, manifest: await of("manifest"), blob: await of("blob") };
}

/** References that lead elsewhere now, and those that cannot be asked. */
async function resolveAgain(options: SecondLookOptions) {
	const { client, repository, rootOf, scheduler } = options;
	const changed = new Set<string>();
	const failed = new Map<string, Unlooked>();
	const tasks = new Queue<readonly [string, string]>();
	// a digest never moves, and what never showed one is looked at itself
	for (const [reference, digest] of rootOf)
		if (digest !== "" && !reference.includes(":"))
			tasks.add([reference, digest]);
	const resolve = async ([tag, digest]: readonly [string, string]) => {
		try {
			if ((await client.resolveTag(repository, tag)) !== digest)
				changed.add(tag);
		} catch (error) {
			const fact = factOfError(error);
			if (isUnlooked(fact)) failed.set(tag, fact);
			else changed.add(tag);
		}
	};
	await scheduler.run(() => {
		const task = tasks.take();
		return task && resolve(task);
	});
	return { changed, failed };
}

async function tagsOf(options: SecondLookOptions): Promise<Set<string>> {
	const tags = new Set<string>();
	for await (const page of options.client.listTags(options.repository))
		for (const tag of page) tags.add(tag);
	return tags;
}

function cutOf(fact: Fact): number | undefined {
	const isCut = "is" in fact && fact.is === "blob" && fact.reading.cut;
	return isCut ? fact.reading.bytesRead : undefined;
}

/** The same question once more: what a tag answered is asked of the tag, whatever digest its answer was given. */
async function factNow(
	{ client, repository, rootOf }: SecondLookOptions,
	{ digest, role, mediaType, size, depth }: Suspect,
	reference: string,
): Promise<Fact> {
	if (role === "blob")
		return lookAtBlob(client, repository, { digest, mediaType, size }, depth);
	const isTag = !reference.includes(":") && rootOf.get(reference) === digest;
	const name = isTag ? reference : digest;
	return (await lookAtManifest(client, repository, name, isTag)).fact;
}

/**
 * Looks at every suspect of a repository once more: between two looks at the registry's health, with its tags where
 * they were, and a 500 or a cut body between two answers of a neighbour. Only what is bad again is confirmed.
 */
export async function lookAgain(
	options: SecondLookOptions,
): Promise<SecondLook> {
	const { suspects, scheduler, isListed } = options;
	const confirmed: Suspect[] = [];
	const doubts: Doubt[] = [];
	const doubt = (unlooked: Unlooked, { digest }: Suspect, reference = "") =>
		doubts.push({ ...unlooked, digest, reference });
	const before = await obstacles(options);
	if (before.any) {
		for (const each of suspects) doubt(before.any, each, each.references[0]);
		return { confirmed, doubts, changed: new Set() };
	}
	const { changed, failed } = await resolveAgain(options);
	let listed: Promise<Set<string>> | undefined;

	const settle = async (suspect: Suspect): Promise<void> => {
		const [first] = suspect.references;
		if (first !== undefined && changed.has(first))
			// the way to it is that of its first reference: a new one is found with all of them
			for (const each of suspect.references) changed.add(each);
		const references: string[] = [];
		for (const each of suspect.references) {
			const failure = failed.get(each);
			if (failure) doubt(failure, suspect, each);
			else if (!changed.has(each)) references.push(each);
		}
		const [reference] = references;
		if (reference === undefined) return;
		const { digest, role, kind, mediaType, size } = suspect;
		const obstacle = mayBeSick(suspect) && before[role];
		if (obstacle) return void doubt(obstacle, suspect, reference);
		const fact = await factNow(options, suspect, reference);
		const to = makeNode(digest, role, fact);
		const verdict = judge({ to, kind, mediaType, size, platform: undefined });
		const isTag = digest === "";
		const isBack =
			!verdict || (isTag && "is" in fact && fact.is === "manifest");
		if (isBack) {
			// what hangs under it, and how deep it was to be read, is a walk's business
			for (const each of references) changed.add(each);
			return;
		}
		if (isUnlooked(verdict)) return void doubt(verdict, suspect, reference);
		if (cutOf(fact) !== undefined && cutOf(fact) !== suspect.cutAt)
			return void doubt(
				{ unlooked: "network", detail: "cut at another byte each time" },
				suspect,
				reference,
			);
		if (verdict.reason === "unreadable" && !mayBeSick(suspect))
			return void doubt(
				{ unlooked: "server-error", detail: `answers ${verdict.got} now` },
				suspect,
				reference,
			);
		let bad: Bad = verdict;
		if (isTag && verdict.reason === "missing" && isListed) {
			listed ??= tagsOf(options);
			const failure = await failureOf(() => listed as Promise<unknown>);
			if (failure) return void doubt(failure, suspect, reference);
			if (!(await listed).has(reference)) return;
			bad = { ...verdict, reason: "dangling-tag" };
		}
		confirmed.push({ ...suspect, references, bad });
	};
	const tasks = new Queue<Suspect>();
	for (const suspect of suspects) tasks.add(suspect);
	await scheduler.run(() => {
		const task = tasks.take();
		return task && settle(task);
	});
	if (confirmed.length === 0) return { confirmed, doubts, changed };

	const after = await obstacles(options);
	const believed = confirmed.filter((suspect) => {
		const { role, references } = suspect;
		const obstacle =
			after.any ?? (mayBeSick(suspect) ? after[role] : undefined);
		if (obstacle) doubt(obstacle, suspect, references[0]);
		return !obstacle;
	});
	return { confirmed: believed, doubts, changed };
}
