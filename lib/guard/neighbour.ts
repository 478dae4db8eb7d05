import type { RegistryClient } from "../oci/client";
import type { Role } from "./graph";
import { factOfError } from "./look";
import { isUnlooked, type Unlooked } from "./verdict";

/** Content that answered in this run: whether it still does tells a broken object from a sick backend. */
export interface Neighbour {
	readonly repository: string;
	readonly digest: string;
	readonly size: number | undefined;
}

export type Neighbours = Readonly<Record<Role, Neighbour | undefined>>;

/** Tags that are tried where the run saw no manifest that answers. */
const TRIES = 10;

function problem(error: unknown): Unlooked | undefined {
	const fact = factOfError(error);
	if (isUnlooked(fact)) return fact;
	// gone meanwhile: its backend did answer
	if (fact.reason === "missing") return undefined;
	return {
		unlooked: "server-error",
		detail: `a neighbour answers ${fact.got} as well`,
	};
}

async function hasGoodTag(
	client: RegistryClient,
	repository: string,
): Promise<boolean> {
	for await (const page of client.listTags(repository)) {
		for (const tag of page.slice(0, TRIES))
			if (await client.resolveTag(repository, tag).catch(() => undefined))
				return true;
		return false;
	}
	return false;
}

/**
 * Why a 500 on one object, or a body that is cut, proves nothing: a neighbour of its role fails too, or there is none.
 * undefined: the neighbour answers.
 */
export async function neighbourProblem(
	client: RegistryClient,
	repository: string,
	role: Role,
	neighbour: Neighbour | undefined,
): Promise<Unlooked | undefined> {
	try {
		if (neighbour) {
			const { digest, size } = neighbour;
			if (role === "manifest")
				await client.fetchManifest(neighbour.repository, digest);
			else {
				const blob = { mediaType: "", digest, size };
				const { cut } = await client.readBlob(
					neighbour.repository,
					blob,
					"tail",
				);
				if (cut)
					return {
						unlooked: "server-error",
						detail: "a neighbour is cut as well",
					};
			}
			return undefined;
		}
		if (role === "manifest" && (await hasGoodTag(client, repository)))
			return undefined;
		return {
			unlooked: "server-error",
			detail: `no other ${role} answers`,
		};
	} catch (error) {
		return problem(error);
	}
}
