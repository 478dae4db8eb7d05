import { createClient, type RegistryClient } from "../oci/client";
import type { Access } from "./access";
import type { Io } from "./io";
import type { Origin } from "./origin";
import { stoppableClient } from "./stoppable-client";

/** A client for one registry with the credentials of its host, until the process is told to end. */
export function openClient(
	{ origin, host }: Origin,
	{ ca, realmHosts, credentialsFor }: Access,
	limits: { readonly deadline: number; readonly concurrency?: number },
	io: Io,
): RegistryClient {
	const credentials = credentialsFor(host);
	const client = createClient({
		...limits,
		origin,
		realmHosts,
		...(credentials && { credentials }),
		...(ca !== undefined && { ca }),
		userAgent: `cdktf-registry-guard/${io.version}`,
	});
	return stoppableClient(client, io.stop);
}
