import type { Credentials } from "../oci/client";
import { asRecord } from "../oci/descriptor";
import { isHost } from "./origin";

/** What an auth file says about a host: credentials, nothing, or why its entry cannot be used. */
type AuthEntry =
	| { readonly credentials: Credentials }
	| { readonly problem: string; readonly next: string }
	| undefined;

/** A docker `config.json`; only the entries that are asked for are judged. */
export interface AuthFile {
	entry(host: string): AuthEntry;
}

/** Docker Hub's one entry stands for all of its names. */
const DOCKER_HUB = ["index.docker.io", "docker.io", "registry-1.docker.io"];
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const LOGIN =
	"docker login without a credential helper, or use REG_USER and REG_PASS";

/** `https://index.docker.io/v1/` and `host:5000` alike; undefined for keys with a further path (podman's namespaces). */
function hostOf(key: string): string | undefined {
	const [, host = ""] =
		/^(?:https?:\/\/)?([^/]+)(?:\/|\/v[12]\/?)?$/i.exec(key) ?? [];
	return isHost(host) ? new URL(`https://${host}`).host : undefined;
}

function names(host: string): readonly string[] {
	return DOCKER_HUB.includes(host) ? DOCKER_HUB : [host];
}

/** Never quotes the file: a message must not hold a secret, and JSON.parse's own does. */
function decode(entry: Record<string, unknown>): AuthEntry {
	const { auth, username, password, identitytoken, registrytoken } = entry;
	if (identitytoken || registrytoken)
		return {
			problem: "its entry is an identity token, which only docker can use",
			next: "use REG_USER and REG_PASS",
		};
	if (username || password)
		return typeof username === "string" && typeof password === "string"
			? { credentials: { user: username, password } }
			: {
					problem: "its entry has not both username and password as texts",
					next: LOGIN,
				};
	if (auth === undefined || auth === "") return undefined;
	if (typeof auth !== "string" || !BASE64.test(auth))
		return { problem: "its auth is not base64", next: LOGIN };
	// docker itself pads with NUL
	const text = Buffer.from(auth, "base64").toString().replace(/\0+$/, "");
	const colon = text.indexOf(":");
	return colon > 0 && colon < text.length - 1
		? {
				credentials: {
					user: text.slice(0, colon),
					password: text.slice(colon + 1),
				},
			}
		: { problem: "its auth is not user:password in base64", next: LOGIN };
}

/**
 * Reads a docker `config.json`.
 *
 * @throws Error that says what is wrong with the file as a whole, without a byte of it.
 */
export function parseAuthFile(text: string): AuthFile {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new Error("not JSON");
	}
	const file = asRecord(value);
	if (!file) throw new Error("not a JSON object");
	const auths = asRecord(file.auths ?? {});
	const credHelpers = asRecord(file.credHelpers ?? {});
	if (!auths) throw new Error("its auths is not an object");
	if (!credHelpers) throw new Error("its credHelpers is not an object");
	const helped = new Set(Object.keys(credHelpers).map(hostOf));
	return {
		entry(host) {
			const known = names(host);
			const [key, entry] =
				Object.entries(auths).find(([each]) =>
					known.includes(hostOf(each) ?? ""),
				) ?? [];
			const own = asRecord(entry);
			if (key !== undefined && !own)
				return { problem: "its entry is not an object", next: LOGIN };
			const found = own && decode(own);
			if (found) return found;
			// docker leaves an empty entry behind where a helper keeps the credentials
			const inHelper = known.some((each) => helped.has(each));
			return inHelper || (key !== undefined && file.credsStore)
				? {
						problem: "its credentials are in a credential helper",
						next: LOGIN,
					}
				: undefined;
		},
	};
}
