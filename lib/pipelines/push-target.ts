import type { Registry } from "../registry";
import { fromSecret, type Secret } from "../woodpecker/secret";
import type { Value } from "../woodpecker/workflow";
import type { PushTarget } from "./pipelines";

/** Docker Hub: what logs in, what is pushed to and what serves the API are three names, and a fourth makes tokens. */
const HUB = "docker.io";
const HUB_LOGIN = "https://index.docker.io/v1/";
const HUB_API = "registry-1.docker.io";
const HUB_REALM = "auth.docker.io";

/** A target in a registry of the model, at the address that people push to. */
export function targetIn(
	{ pushHost, pathPrefix, realmHosts, plainHttp, host, ca }: Registry,
	name: string,
	login: { readonly user: Secret | string; readonly password: Secret },
): PushTarget {
	const { user, password } = login;
	return {
		user,
		password,
		repository: `${pushHost}/${pathPrefix}${name}`,
		realmHosts: realmHosts
			.map((realm) => realm.host)
			.filter((realm) => realm !== pushHost),
		// another address inside the cluster says nothing about the one that is pushed to
		...(pushHost === host && { plainHttp, ca }),
	};
}

function hostOf({ repository }: PushTarget): string {
	return repository.slice(0, repository.indexOf("/"));
}

/** What the buildx plugin logs in to. */
export function loginHost(target: PushTarget): string {
	return hostOf(target) === HUB ? HUB_LOGIN : hostOf(target);
}

/** `host[:port]` of the target's API: Docker Hub's has a name of its own. */
export function apiHost(target: PushTarget): string {
	return hostOf(target) === HUB ? HUB_API : hostOf(target);
}

/** As the guard asks for a tag of it. */
export function apiReference(target: PushTarget, tag: string): string {
	const path = target.repository.slice(hostOf(target).length);
	return `${target.plainHttp ? "http://" : ""}${apiHost(target)}${path}:${tag}`;
}

/** Hosts that make tokens for the targets and are not the registries themselves. */
export function realmHosts(targets: readonly PushTarget[]): readonly string[] {
	return [
		...new Set(
			targets.flatMap((target) =>
				hostOf(target) === HUB ? [HUB_REALM] : (target.realmHosts ?? []),
			),
		),
	];
}

/** User and password as a step is given them. */
export function login({ user, password }: PushTarget): {
	readonly user: Value;
	readonly password: Value;
} {
	return {
		user: typeof user === "string" ? user : fromSecret(user),
		password: fromSecret(password),
	};
}
