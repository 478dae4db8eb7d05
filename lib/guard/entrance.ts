import type { RegistryClient } from "../oci/client";
import { factOfError } from "./look";
import { isUnlooked, type Unlooked } from "./verdict";

/**
 * Knocks at a registry's door before anything else: why nothing behind it can be believed, undefined where it can. A
 * registry that is meant to ask for credentials and does not is another one: what an nginx that points at the wrong
 * backend looks like.
 */
export async function closedDoor(
	client: RegistryClient,
	expectChallenge: boolean,
): Promise<Unlooked | undefined> {
	try {
		const { challenged } = await client.ping();
		if (challenged || !expectChallenge) return undefined;
		return {
			unlooked: "wrong-backend",
			detail: `${client.origin} lets in without credentials: it is not the registry they are for`,
		};
	} catch (error) {
		const fact = factOfError(error);
		if (isUnlooked(fact)) return fact;
		const unlooked = fact.reason === "missing" ? "protocol" : "server-error";
		return { unlooked, detail: `${client.origin}/v2/: ${fact.got}` };
	}
}
