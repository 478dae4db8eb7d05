import {
	type Content,
	type ImageOptions,
	image,
	type ManifestContent,
	multiArch,
} from "../test/support/images";

/** A repository as it ought to be; what the figures are counted from, without asking the guard. */
export interface Repository {
	readonly name: string;
	/** Tag to root digest. */
	readonly tags: ReadonlyMap<string, string>;
	readonly contents: readonly Content[];
}

/** Name to bytes over everything that a repository holds. */
export interface Holdings {
	readonly manifests: ReadonlyMap<string, ManifestContent>;
	readonly blobs: ReadonlyMap<string, Buffer>;
}

export function holdings({ contents }: Repository): Holdings {
	return {
		manifests: new Map(contents.flatMap((c) => [...c.manifests])),
		blobs: new Map(contents.flatMap((c) => [...c.blobs])),
	};
}

/** The largest page that a registry 2.8 grants (`n` > 1000 is refused). */
export const CATALOG_PAGE = 1000;

/**
 * Requests that no walk of these repositories can do without: catalog pages, a tag list a repository, one a tag, one a
 * manifest that no tag names, one a blob; links are per repository, so nothing is shared between repositories.
 */
export function unavoidableRequests(
	repositories: Iterable<Repository>,
	pageSize = CATALOG_PAGE,
): number {
	let requests = 0;
	let count = 0;
	for (const repository of repositories) {
		const { manifests, blobs } = holdings(repository);
		const tagged = new Set(repository.tags.values());
		const untagged = [...manifests.keys()].filter((d) => !tagged.has(d));
		requests += 1 + repository.tags.size + untagged.length + blobs.size;
		count++;
	}
	return requests + Math.max(1, Math.ceil(count / pageSize));
}

/** A mix as a team's registry holds it: multi-arch with attestations, Docker lists, single images, a tag that moves along. */
export function teamRepositories(
	count: number,
	tags: number,
	{ tarballs = false }: Pick<ImageOptions, "tarballs"> = {},
): Repository[] {
	return Array.from({ length: count }, (_, i) => {
		const name = `team-${i % 5}/app-${String(i).padStart(3, "0")}`;
		const options = { layers: 1, sharedLayers: [`${name}/base`], tarballs };
		const contents = Array.from({ length: tags }, (_, tag) => {
			const seed = `${name}/v${tag}`;
			if (i % 10 === 7) return image(seed, options);
			return multiArch(seed, { ...options, docker: i % 10 === 3 });
		});
		const roots = contents.map((c) => c.root);
		const named = roots.map((root, tag) => [`v${tag}`, root] as const);
		const latest = roots.at(-1);
		return {
			name,
			contents,
			tags: new Map([
				...named,
				...(latest ? [["latest", latest] as const] : []),
			]),
		};
	});
}

/** Tags of every make-believe repository. */
export const MAKE_BELIEVE_TAGS = 10;

/** The name sorts as the number does: a catalog page is arithmetic. */
export function makeBelieveName(number: number): string {
	const digits = String(number).padStart(6, "0");
	return `team-${digits.slice(0, 3)}/app-${digits}`;
}

/** The number of a make-believe repository, undefined for any other name. */
export function makeBelieveNumber(name: string): number | undefined {
	const number = Number(/^team-\d{3}\/app-(\d{6})$/.exec(name)?.[1] ?? NaN);
	return makeBelieveName(number) === name ? number : undefined;
}

/** Made when asked for and forgotten again: ten tags, each an index of its own over two platforms that share a base layer. */
export function makeBelieveRepository(number: number): Repository {
	const name = makeBelieveName(number);
	const contents = Array.from({ length: MAKE_BELIEVE_TAGS }, (_, tag) =>
		multiArch(`${name}/v${tag}`, {
			attestations: false,
			layers: 1,
			layerSize: 64,
			sharedLayers: [`${name}/base`],
		}),
	);
	const tags = new Map(contents.map(({ root }, tag) => [`v${tag}`, root]));
	return { name, tags, contents };
}
