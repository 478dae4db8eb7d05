import type { Credentials } from "../oci/client";
import { type AuthFile, parseAuthFile } from "./auth-file";
import { readCa } from "./ca-file";
import type { Inputs } from "./inputs";
import { isHost } from "./origin";

/** What it takes to be let in by the registries of one command. */
export interface Access {
	/** PEM of a private CA. */
	readonly ca: string | undefined;
	readonly realmHosts: readonly string[];
	credentialsFor(host: string): Credentials | undefined;
}

/** `host[:port]` lists: realm hosts and pull hosts. */
export function readHosts(
	inputs: Inputs,
	name: "realmHosts" | "pullHosts",
): readonly string[] {
	return inputs.list(name).flatMap((given) => {
		if (isHost(given.text)) return [given.text.toLowerCase()];
		inputs.refuseValue(given, "host[:port], without scheme and path");
		return [];
	});
}

/** Everything but the registry itself. `owner` is the host that REG_USER and REG_PASS belong to. */
export function readAccess(
	inputs: Inputs,
	own: Credentials | undefined,
	owner: string | undefined,
	hosts: readonly string[],
): Access {
	const file = readAuthFile(inputs);
	const known = new Map<string, Credentials>();
	for (const host of new Set(hosts)) {
		const entry = file?.entry(host);
		const given = inputs.given("authFile");
		// REG_USER and REG_PASS are the nearer word
		if (own && host === owner) known.set(host, own);
		else if (entry && "credentials" in entry)
			known.set(host, entry.credentials);
		else if (entry && given)
			inputs.refuse(
				`${given.source}: ${host}: ${entry.problem}`,
				"an entry of auths with auth, or with username and password",
				entry.next,
			);
	}
	return {
		ca: readCa(inputs),
		realmHosts: readHosts(inputs, "realmHosts"),
		credentialsFor: (host) => known.get(host),
	};
}

function readAuthFile(inputs: Inputs): AuthFile | undefined {
	const text = inputs.file("authFile");
	const given = inputs.given("authFile");
	if (text === undefined || !given) return undefined;
	try {
		return parseAuthFile(text);
	} catch (error) {
		inputs.refuseValue(
			given,
			`a docker config.json (it is ${(error as Error).message})`,
			"name the file that docker login wrote, usually ~/.docker/config.json",
		);
		return undefined;
	}
}
